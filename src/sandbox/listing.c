/* SPDX-License-Identifier: MIT */
#include "sandbox/listing.h"

#include <string.h>

static const char KOSPI[] = "KOSPI", KOSDAQ[] = "KOSDAQ", KONEX[] = "KONEX";
static const char FUND[] = "ETF", NOTE[] = "ETN";

static const struct domestic_listing domestic[] = {
	{ "005930", "삼성전자", KOSPI, "전기·전자", 268000, 274500 },
	{ "000660", "SK하이닉스", KOSPI, "전기·전자", 1891000, 1926000 },
	{ "035420", "NAVER", KOSPI, "IT 서비스", 252500, 249000 },
	{ "035720", "카카오", KOSPI, "IT 서비스", 61200, 61200 },
	{ "005380", "현대차", KOSPI, "운송장비·부품", 541000, 533000 },
	{ "000270", "기아", KOSPI, "운송장비·부품", 158300, 160100 },
	{ "012330", "현대모비스", KOSPI, "운송장비·부품", 421000, 425500 },
	{ "373220", "LG에너지솔루션", KOSPI, "전기·전자", 418000, 411500 },
	{ "006400", "삼성SDI", KOSPI, "전기·전자", 402500, 409000 },
	{ "051910", "LG화학", KOSPI, "화학", 356500, 352000 },
	{ "068270", "셀트리온", KOSPI, "제약", 198400, 201500 },
	{ "207940", "삼성바이오로직스", KOSPI, "제약", 1612000, 1609000 },
	{ "005490", "POSCO홀딩스", KOSPI, "금속", 368000, 371500 },
	{ "105560", "KB금융", KOSPI, "금융", 152800, 154200 },
	{ "055550", "신한지주", KOSPI, "금융", 93400, 93100 },
	{ "086790", "하나금융지주", KOSPI, "금융", 114700, 115900 },
	{ "316140", "우리금융지주", KOSPI, "금융", 33450, 33300 },
	{ "032830", "삼성생명", KOSPI, "보험", 231500, 234000 },
	{ "108320", "LX세미콘", KOSPI, "전기·전자", 52800, 52500 },
	{ "005935", "삼성전자우", KOSPI, "전기·전자", 191200, 194800 },
	{ "066570", "LG전자", KOSPI, "전기·전자", 121400, 119900 },
	{ "003550", "LG", KOSPI, "금융", 98700, 98900 },
	{ "028260", "삼성물산", KOSPI, "유통", 288500, 291000 },
	{ "009150", "삼성전기", KOSPI, "전기·전자", 452000, 463500 },
	{ "017670", "SK텔레콤", KOSPI, "통신", 78400, 78100 },
	{ "030200", "KT", KOSPI, "통신", 60700, 61000 },
	{ "015760", "한국전력", KOSPI, "전기·가스", 48650, 48200 },
	{ "033780", "KT&G", KOSPI, "음식료·담배", 156200, 156900 },
	{ "096770", "SK이노베이션", KOSPI, "화학", 117500, 115800 },
	{ "034020", "두산에너빌리티", KOSPI, "기계·장비", 91300, 94800 },
	{ "012450", "한화에어로스페이스", KOSPI, "운송장비·부품", 1187000,
	  1201000 },
	{ "009540", "HD한국조선해양", KOSPI, "운송장비·부품", 402000, 398500 },
	{ "329180", "HD현대중공업", KOSPI, "운송장비·부품", 561000, 571000 },
	{ "042660", "한화오션", KOSPI, "운송장비·부품", 128400, 126900 },
	{ "010130", "고려아연", KOSPI, "금속", 1532000, 1547000 },
	{ "011200", "HMM", KOSPI, "운송·창고", 20650, 20800 },
	{ "003670", "포스코퓨처엠", KOSPI, "전기·전자", 231000, 227500 },
	{ "259960", "크래프톤", KOSPI, "IT 서비스", 262000, 259500 },
	{ "352820", "하이브", KOSPI, "오락·문화", 318500, 322000 },
	{ "323410", "카카오뱅크", KOSPI, "금융", 24150, 23950 },
	{ "377300", "카카오페이", KOSPI, "IT 서비스", 56800, 57900 },
	{ "090430", "아모레퍼시픽", KOSPI, "화학", 131200, 129700 },
	{ "097950", "CJ제일제당", KOSPI, "음식료·담배", 221500, 220500 },
	{ "271560", "오리온", KOSPI, "음식료·담배", 112300, 113100 },
	{ "010950", "S-Oil", KOSPI, "화학", 92600, 91400 },
	{ "024110", "기업은행", KOSPI, "금융", 22350, 22450 },
	{ "138040", "메리츠금융지주", KOSPI, "금융", 119800, 121200 },
	{ "000810", "삼성화재", KOSPI, "보험", 521000, 526000 },
	{ "018260", "삼성에스디에스", KOSPI, "IT 서비스", 181900, 179600 },
	{ "247540", "에코프로비엠", KOSDAQ, "전기·전자", 171200, 168400 },
	{ "086520", "에코프로", KOSDAQ, "금융", 98100, 99700 },
	{ "196170", "알테오젠", KOSDAQ, "제약", 472000, 481500 },
	{ "028300", "HLB", KOSDAQ, "운송장비·부품", 52300, 51900 },
	{ "293490", "카카오게임즈", KOSDAQ, "IT 서비스", 16870, 17020 },
	{ "263750", "펄어비스", KOSDAQ, "IT 서비스", 38750, 38300 },
	{ "035900", "JYP Ent.", KOSDAQ, "오락·문화", 78200, 79100 },
	{ "041510", "에스엠", KOSDAQ, "오락·문화", 128700, 127300 },
	{ "069500", "KODEX 200", KOSPI, FUND, 71230, 72015 },
	{ "114800", "KODEX 인버스", KOSPI, FUND, 2475, 2445 },
	{ "122630", "KODEX 레버리지", KOSPI, FUND, 62140, 63480 },
	{ "229200", "KODEX 코스닥150", KOSPI, FUND, 16895, 16730 },
	{ "360750", "TIGER 미국S&P500", KOSPI, FUND, 24310, 24385 },
	{ "133690", "TIGER 미국나스닥100", KOSPI, FUND, 158900, 159645 },
	{ "00680K", "미래에셋증권2우B", KOSPI, "금융", 9870, 9920 },
	{ "0162Z0", "RISE 대한민국 성장액티브", KOSPI, FUND, 10235, 10280 },
	{ "Q500001", "신한 인버스 다우존스지수 선물 ETN", KOSPI, NOTE, 5120,
	  5085 },
	{ "Q530031", "삼성 레버리지 WTI원유 선물 ETN", KOSPI, NOTE, 3415,
	  3480 },
	{ "288490", "나라소프트", KONEX, "IT 서비스", 48150, 47300 },
	{ "224810", "엄지하우스", KONEX, "건설", 1243, 1243 },
	{ "000001", "거래정지", KOSPI, "기타", 1500, -1 },
};

static const struct overseas_listing overseas[] = {
	{ "AAPL", "NAS", "애플", "Apple Inc.", 2584500, 2612300 },
	{ "MSFT", "NAS", "마이크로소프트", "Microsoft Corporation", 5127700,
	  5098400 },
	{ "NVDA", "NAS", "엔비디아", "NVIDIA Corporation", 1862600, 1904900 },
	{ "TSLA", "NAS", "테슬라", "Tesla, Inc.", 4291200, 4338800 },
	{ "GOOGL", "NAS", "알파벳 A", "Alphabet Inc. Class A", 2815400,
	  2798200 },
	{ "GOOG", "NAS", "알파벳 C", "Alphabet Inc. Class C", 2821900,
	  2804600 },
	{ "AMZN", "NAS", "아마존", "Amazon.com, Inc.", 2440700, 2440700 },
	{ "META", "NAS", "메타 플랫폼스", "Meta Platforms, Inc.", 7102300,
	  7054100 },
	{ "AVGO", "NAS", "브로드컴", "Broadcom Inc.", 3498100, 3551900 },
	{ "NFLX", "NAS", "넷플릭스", "Netflix, Inc.", 11024600, 11101800 },
	{ "AMD", "NAS", "AMD", "Advanced Micro Devices, Inc.", 2387100,
	  2339200 },
	{ "INTC", "NAS", "인텔", "Intel Corporation", 378400, 381900 },
	{ "QCOM", "NAS", "퀄컴", "QUALCOMM Incorporated", 1712900, 1703300 },
	{ "CSCO", "NAS", "시스코 시스템즈", "Cisco Systems, Inc.", 731200,
	  735100 },
	{ "ADBE", "NAS", "어도비", "Adobe Inc.", 3388100, 3361200 },
	{ "PEP", "NAS", "펩시코", "PepsiCo, Inc.", 1476100, 1481000 },
	{ "COST", "NAS", "코스트코", "Costco Wholesale Corporation", 9322500,
	  9284000 },
	{ "SBUX", "NAS", "스타벅스", "Starbucks Corporation", 851900, 858600 },
	{ "PLTR", "NAS", "팔란티어", "Palantir Technologies Inc.", 1841200,
	  1872300 },
	{ "QQQ", "NAS", "인베스코 QQQ", "Invesco QQQ Trust", 6181500, 6203700 },
	{ "KO", "NYS", "코카콜라", "Coca-Cola Company", 687300, 690900 },
	{ "BRK.B", "NYS", "버크셔 해서웨이 B",
	  "Berkshire Hathaway Inc. Class B", 4915600, 4938800 },
	{ "BRK.A", "NYS", "버크셔 해서웨이 A",
	  "Berkshire Hathaway Inc. Class A", 7371500000, 7407200000 },
	{ "BRK/B", "NYS", "버크셔 해서웨이 B",
	  "Berkshire Hathaway Inc. Class B", 4915600, 4938800 },
	{ "JPM", "NYS", "JP모간 체이스", "JPMorgan Chase & Co.", 3078200,
	  3051700 },
	{ "V", "NYS", "비자", "Visa Inc.", 3462800, 3489900 },
	{ "MA", "NYS", "마스터카드", "Mastercard Incorporated", 5571100,
	  5602400 },
	{ "JNJ", "NYS", "존슨앤드존슨", "Johnson & Johnson", 1927700, 1921400 },
	{ "WMT", "NYS", "월마트", "Walmart Inc.", 1064700, 1071900 },
	{ "XOM", "NYS", "엑슨모빌", "Exxon Mobil Corporation", 1142300,
	  1128800 },
	{ "CVX", "NYS", "셰브론", "Chevron Corporation", 1553200, 1546600 },
	{ "BAC", "NYS", "뱅크오브아메리카", "Bank of America Corporation",
	  521400, 526900 },
	{ "DIS", "NYS", "월트 디즈니", "Walt Disney Company", 1121600,
	  1109800 },
	{ "IBM", "NYS", "IBM", "International Business Machines Corporation",
	  2887100, 2921700 },
	{ "ORCL", "NYS", "오라클", "Oracle Corporation", 2914300, 2880500 },
	{ "TSM", "NYS", "TSMC ADR", "Taiwan Semiconductor Manufacturing",
	  2951100, 3004900 },
	{ "BABA", "NYS", "알리바바 ADR", "Alibaba Group Holding", 1743600,
	  1760200 },
	{ "T", "NYS", "AT&T", "AT&T Inc.", 264800, 263100 },
	{ "F", "NYS", "포드 모터", "Ford Motor Company", 121300, 122700 },
	{ "GE", "NYS", "GE 에어로스페이스", "GE Aerospace", 3011600, 3044700 },
	{ "PFE", "NYS", "화이자", "Pfizer Inc.", 247900, 246300 },
	{ "MCD", "NYS", "맥도날드", "McDonald's Corporation", 3061400,
	  3075500 },
	{ "NKE", "NYS", "나이키", "NIKE, Inc.", 681200, 674300 },
	{ "SPY", "AMS", "SPDR S&P 500", "SPDR S&P 500 ETF Trust", 6782400,
	  6801900 },
	{ "VOO", "AMS", "뱅가드 S&P 500", "Vanguard S&P 500 ETF", 6234700,
	  6252600 },
	{ "VTI", "AMS", "뱅가드 토탈 스톡", "Vanguard Total Stock Market ETF",
	  3337200, 3345900 },
	{ "IWM", "AMS", "아이셰어즈 러셀 2000", "iShares Russell 2000 ETF",
	  2461900, 2449300 },
	{ "DIA", "AMS", "SPDR 다우존스",
	  "SPDR Dow Jones Industrial Average ETF", 4762200, 4771500 },
	{ "GLD", "AMS", "SPDR 골드", "SPDR Gold Shares", 3773400, 3801800 },
	{ "TLT", "AMS", "아이셰어즈 미국채 20년",
	  "iShares 20+ Year Treasury Bond ETF", 899100, 893600 },
	{ "SCHD", "AMS", "슈왑 미국 배당", "Schwab US Dividend Equity ETF",
	  268400, 269500 },
	{ "SOXL", "AMS", "디렉시온 반도체 3배",
	  "Direxion Daily Semiconductor Bull 3X", 412600, 431200 },
	{ "0700", "HKS", "텐센트", "TENCENT", 6235000, 6310000 },
	{ "00700", "HKS", "텐센트", "TENCENT", 6235000, 6310000 },
	{ "9988", "HKS", "알리바바", "BABA-W", 1612000, 1587000 },
	{ "09988", "HKS", "알리바바", "BABA-W", 1612000, 1587000 },
	{ "0005", "HKS", "HSBC", "HSBC HOLDINGS", 1093000, 1098000 },
	{ "00005", "HKS", "HSBC", "HSBC HOLDINGS", 1093000, 1098000 },
	{ "7203", "TSE", "토요타 자동차", "TOYOTA MOTOR", 31020000, 31290000 },
	{ "6758", "TSE", "소니 그룹", "SONY GROUP", 44180000, 43750000 },
	{ "9984", "TSE", "소프트뱅크 그룹", "SOFTBANK GROUP", 172450000,
	  176200000 },
	{ "600519", "SHS", "귀주모태주", "KWEICHOW MOUTAI", 14463000,
	  14521000 },
	{ "601318", "SHS", "중국평안보험", "PING AN INSURANCE", 581200,
	  578900 },
	{ "000858", "SZS", "오량액", "WULIANGYE YIBIN", 1198400, 1205700 },
	{ "300750", "SZS", "CATL", "CONTEMPORARY AMPEREX", 3742100, 3801400 },
	{ "VNM", "HSX", "비나밀크", "VIETNAM DAIRY PRODUCTS", 604000000,
	  608000000 },
	{ "VIC", "HSX", "빈그룹", "VINGROUP", 2125000000, 2102000000 },
	{ "SHS", "HNX", "사이공하노이증권", "SAIGON HANOI SECURITIES",
	  214000000, 217000000 },
};

const struct domestic_listing *listing_find_domestic(const char *code)
{
	for (size_t i = 0; i < sizeof(domestic) / sizeof(domestic[0]); i++) {
		if (strcmp(domestic[i].code, code) == 0)
			return &domestic[i];
	}
	return NULL;
}

static const char *group_of(const char *exchange)
{
	return strcmp(exchange, "NAS") == 0 || strcmp(exchange, "NYS") == 0 ||
			       strcmp(exchange, "AMS") == 0
		       ? "US"
		       : exchange;
}

const struct overseas_listing *listing_find_overseas(const char *code,
						     const char *group)
{
	for (size_t i = 0; i < sizeof(overseas) / sizeof(overseas[0]); i++) {
		if (strcmp(overseas[i].code, code) == 0 &&
		    strcmp(group_of(overseas[i].exchange), group) == 0)
			return &overseas[i];
	}
	return NULL;
}

const struct domestic_listing *listing_get_domestic(size_t place)
{
	return place < sizeof(domestic) / sizeof(domestic[0]) ? &domestic[place]
							      : NULL;
}

const struct overseas_listing *listing_get_overseas(size_t place)
{
	return place < sizeof(overseas) / sizeof(overseas[0]) ? &overseas[place]
							      : NULL;
}
