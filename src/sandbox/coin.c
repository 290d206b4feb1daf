/* SPDX-License-Identifier: MIT */
#include "sandbox/coin.h"

#include "sandbox/chance.h"
#include "sandbox/market.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct known {
	const char *market, *korean, *english;
	int64_t previous, price; /* hundred-millionths */
};

#define WHOLE(n) (INT64_C(n) * 100000000)

static const struct known known[] = {
	{ "KRW-BTC", "비트코인", "Bitcoin", WHOLE(163158000),
	  WHOLE(162876000) },
	{ "KRW-ETH", "이더리움", "Ethereum", WHOLE(5252000), WHOLE(5252000) },
	{ "KRW-XRP", "엑스알피(리플)", "XRP", WHOLE(4331), WHOLE(4298) },
	{ "KRW-SOL", "솔라나", "Solana", WHOLE(246900), WHOLE(249150) },
	{ "KRW-DOGE", "도지코인", "Dogecoin", WHOLE(308), WHOLE(305) },
	{ "KRW-ADA", "에이다", "Ada", WHOLE(1082), WHOLE(1071) },
	{ "KRW-TRX", "트론", "TRON", WHOLE(461), WHOLE(463) },
	{ "KRW-LINK", "체인링크", "Chainlink", WHOLE(24680), WHOLE(24510) },
	{ "KRW-AVAX", "아발란체", "Avalanche", WHOLE(33100), WHOLE(32850) },
	{ "KRW-DOT", "폴카닷", "Polkadot", WHOLE(5430), WHOLE(5405) },
	{ "KRW-BCH", "비트코인캐시", "Bitcoin Cash", WHOLE(783500),
	  WHOLE(779000) },
	{ "KRW-ETC", "이더리움클래식", "Ethereum Classic", WHOLE(30460),
	  WHOLE(30330) },
	{ "KRW-XLM", "스텔라루멘", "Lumen", WHOLE(581), WHOLE(575) },
	{ "KRW-SUI", "수이", "Sui", WHOLE(5320), WHOLE(5274) },
	{ "KRW-HBAR", "헤데라", "Hedera", WHOLE(365), WHOLE(371) },
	{ "KRW-NEAR", "니어프로토콜", "NEAR Protocol", WHOLE(3690),
	  WHOLE(3655) },
	{ "KRW-SHIB", "시바이누", "Shiba Inu", 1842000, 1831000 },
	{ "KRW-PEPE", "페페", "PEPE", 1687000, 1702000 },
	{ "KRW-AAVE", "에이브", "Aave", WHOLE(388900), WHOLE(391200) },
	{ "KRW-ATOM", "코스모스", "Cosmos", WHOLE(6285), WHOLE(6240) },
	{ "KRW-ALGO", "알고랜드", "Algorand", WHOLE(361), WHOLE(358) },
	{ "KRW-SAND", "샌드박스", "The Sandbox", WHOLE(392), WHOLE(390) },
	{ "KRW-MANA", "디센트럴랜드", "Decentraland", WHOLE(402), WHOLE(399) },
	{ "KRW-AXS", "엑시인피니티", "Axie Infinity", WHOLE(3420),
	  WHOLE(3395) },
	{ "KRW-STX", "스택스", "Stacks", WHOLE(1063), WHOLE(1055) },
	{ "KRW-SEI", "세이", "Sei", WHOLE(423), WHOLE(419) },
	{ "KRW-APT", "앱토스", "Aptos", WHOLE(6480), WHOLE(6430) },
	{ "KRW-ARB", "아비트럼", "Arbitrum", WHOLE(589), WHOLE(583) },
	{ "KRW-IMX", "이뮤터블엑스", "Immutable X", WHOLE(748), WHOLE(742) },
	{ "KRW-GRT", "더그래프", "The Graph", WHOLE(134), WHOLE(133) },
	{ "KRW-VET", "비체인", "VeChain", 3389000000, 3364000000 },
	{ "KRW-XTZ", "테조스", "Tezos", WHOLE(1170), WHOLE(1164) },
	{ "KRW-THETA", "쎄타토큰", "Theta Token", WHOLE(1108), WHOLE(1101) },
	{ "KRW-CHZ", "칠리즈", "Chiliz", 5630000000, 5590000000 },
	{ "KRW-BAT", "베이직어텐션토큰", "Basic Attention Token", WHOLE(208),
	  WHOLE(207) },
	{ "KRW-USDT", "테더", "Tether", WHOLE(1389), 138850000000 },
	{ "BTC-ETH", "이더리움", "Ethereum", 3219450, 3224370 },
	{ "BTC-XRP", "엑스알피(리플)", "XRP", 2655, 2641 },
	{ "BTC-SOL", "솔라나", "Solana", 151330, 152970 },
	{ "BTC-DOGE", "도지코인", "Dogecoin", 189, 187 },
	{ "USDT-BTC", "비트코인", "Bitcoin", WHOLE(117480), WHOLE(117302) },
	{ "USDT-ETH", "이더리움", "Ethereum", 378191000000, 378242000000 },
	{ "USDT-XRP", "엑스알피(리플)", "XRP", 311900000, 309600000 },
	{ "USDT-SOL", "솔라나", "Solana", 17776000000, 17938000000 },
};

enum { KNOWN = sizeof(known) / sizeof(known[0]), MADE_UP = 248 };

/* The day around price and close, and what else the noise gives. */
static void fill_in(struct coin *coin)
{
	uint64_t noise = chance_of_text(coin->market);
	int64_t step = coin->previous / 400;

	coin->noise = noise;
	coin->open = coin->previous + (int64_t)(noise >> 8 & 1) * step;
	coin->high = coin->price > coin->open ? coin->price : coin->open;
	coin->high += (int64_t)(noise >> 12 & 3) * step;
	coin->low = coin->price < coin->open ? coin->price : coin->open;
	coin->low -= (int64_t)(noise >> 14 & 3) * step;
	coin->volume = (int64_t)(1000000 + (noise >> 16) % 9000000000000);
	coin->age_ms = (int64_t)(noise >> 20) % 3000;
	/* What does not change may have had its last trade hours ago. */
	if (coin->price == coin->previous)
		coin->age_ms += 3 * 3600 * 1000;
}

bool coin_get(size_t place, struct coin *coin)
{
	*coin = (struct coin){ .market = "" };
	if (place < KNOWN) {
		const struct known *row = &known[place];

		snprintf(coin->market, sizeof(coin->market), "%s", row->market);
		snprintf(coin->korean, sizeof(coin->korean), "%s", row->korean);
		snprintf(coin->english, sizeof(coin->english), "%s",
			 row->english);
		coin->previous = row->previous;
		coin->price = row->price;
	} else if (place < KNOWN + MADE_UP) {
		int number = (int)(place - KNOWN) + 1;
		uint64_t noise;

		snprintf(coin->market, sizeof(coin->market), "KRW-MOC%03d",
			 number);
		snprintf(coin->korean, sizeof(coin->korean), "모의코인%03d",
			 number);
		snprintf(coin->english, sizeof(coin->english), "Mock Coin %03d",
			 number);
		noise = chance_of_text(coin->market);
		coin->previous = (int64_t)(10 + noise % 9990) * 100000000;
		coin->price = coin->previous / 1000 *
			      (int64_t)(950 + (noise >> 16) % 101);
	} else {
		return false;
	}
	fill_in(coin);
	return true;
}

bool coin_find(const char *market, struct coin *coin)
{
	for (size_t i = 0; coin_get(i, coin); i++) {
		if (strcasecmp(coin->market, market) == 0)
			return true;
	}
	return false;
}

void coin_halt(struct coin *coin)
{
	coin->price = coin->open = coin->high = coin->low = coin->previous;
	coin->volume = 0;
	coin->age_ms += 26 * 3600 * 1000;
}
