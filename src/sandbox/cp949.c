/* SPDX-License-Identifier: MIT */
/* cp949.c: the table has the characters of listing.c and master.c and
 * no other: a test finds the one that is missing. */
#include "sandbox/cp949.h"

#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

static const struct {
	char utf8[4];
	uint16_t code;
} table[] = {
	/* clang-format off */
	{ "·", 0xa1a4 }, { "가", 0xb0a1 }, { "간", 0xb0a3 }, { "거", 0xb0c5 },
	{ "건", 0xb0c7 }, { "게", 0xb0d4 }, { "계", 0xb0e8 }, { "고", 0xb0ed },
	{ "골", 0xb0f1 }, { "공", 0xb0f8 }, { "국", 0xb1b9 }, { "권", 0xb1c7 },
	{ "귀", 0xb1cd }, { "그", 0xb1d7 }, { "금", 0xb1dd }, { "기", 0xb1e2 },
	{ "나", 0xb3aa }, { "날", 0xb3af }, { "너", 0xb3ca }, { "넷", 0xb3dd },
	{ "년", 0xb3e2 }, { "노", 0xb3eb }, { "뉴", 0xb4ba }, { "니", 0xb4cf },
	{ "닉", 0xb4d0 }, { "다", 0xb4d9 }, { "닥", 0xb4da }, { "담", 0xb4e3 },
	{ "당", 0xb4e7 }, { "대", 0xb4eb }, { "도", 0xb5b5 }, { "동", 0xb5bf },
	{ "두", 0xb5ce }, { "드", 0xb5e5 }, { "디", 0xb5f0 }, { "딩", 0xb5f9 },
	{ "라", 0xb6f3 }, { "락", 0xb6f4 }, { "란", 0xb6f5 }, { "래", 0xb7a1 },
	{ "랫", 0xb7a7 }, { "량", 0xb7ae }, { "러", 0xb7af }, { "레", 0xb7b9 },
	{ "렉", 0xb7ba }, { "려", 0xb7c1 }, { "력", 0xb7c2 }, { "로", 0xb7ce },
	{ "론", 0xb7d0 }, { "료", 0xb7e1 }, { "루", 0xb7e7 }, { "룹", 0xb7ec },
	{ "리", 0xb8ae }, { "릭", 0xb8af }, { "마", 0xb8b6 }, { "맥", 0xb8c6 },
	{ "메", 0xb8de }, { "멕", 0xb8df }, { "명", 0xb8ed }, { "모", 0xb8f0 },
	{ "목", 0xb8f1 }, { "문", 0xb9ae }, { "물", 0xb9b0 }, { "미", 0xb9cc },
	{ "민", 0xb9ce }, { "밀", 0xb9d0 }, { "바", 0xb9d9 }, { "반", 0xb9dd },
	{ "배", 0xb9e8 }, { "뱅", 0xb9f0 }, { "버", 0xb9f6 }, { "벅", 0xb9f7 },
	{ "베", 0xbaa3 }, { "벳", 0xbaaa }, { "보", 0xbab8 }, { "부", 0xbace },
	{ "브", 0xbaea }, { "비", 0xbaf1 }, { "빈", 0xbaf3 }, { "빌", 0xbaf4 },
	{ "사", 0xbbe7 }, { "산", 0xbbea }, { "삼", 0xbbef }, { "상", 0xbbf3 },
	{ "생", 0xbbfd }, { "서", 0xbcad }, { "선", 0xbcb1 }, { "설", 0xbcb3 },
	{ "성", 0xbcba }, { "세", 0xbcbc }, { "센", 0xbcbe }, { "셀", 0xbcbf },
	{ "셋", 0xbcc2 }, { "셔", 0xbcc5 }, { "션", 0xbcc7 }, { "셰", 0xbcce },
	{ "소", 0xbcd2 }, { "속", 0xbcd3 }, { "솔", 0xbcd6 }, { "송", 0xbcdb },
	{ "수", 0xbcf6 }, { "슈", 0xbdb4 }, { "스", 0xbdba }, { "슨", 0xbdbc },
	{ "슬", 0xbdbd }, { "시", 0xbdc3 }, { "식", 0xbdc4 }, { "신", 0xbdc5 },
	{ "심", 0xbdc9 }, { "아", 0xbec6 }, { "안", 0xbec8 }, { "알", 0xbecb },
	{ "애", 0xbed6 }, { "액", 0xbed7 }, { "앤", 0xbed8 }, { "약", 0xbee0 },
	{ "양", 0xbee7 }, { "어", 0xbeee }, { "엄", 0xbef6 }, { "업", 0xbef7 },
	{ "에", 0xbfa1 }, { "엑", 0xbfa2 }, { "엔", 0xbfa3 }, { "엠", 0xbfa5 },
	{ "연", 0xbfac }, { "오", 0xbfc0 }, { "온", 0xbfc2 }, { "왑", 0xbfd2 },
	{ "요", 0xbfe4 }, { "욕", 0xbfe5 }, { "우", 0xbfec }, { "운", 0xbfee },
	{ "원", 0xbff8 }, { "월", 0xbff9 }, { "웨", 0xbffe }, { "유", 0xc0af },
	{ "융", 0xc0b6 }, { "은", 0xc0ba }, { "음", 0xc0bd }, { "의", 0xc0c7 },
	{ "이", 0xc0cc }, { "인", 0xc0ce }, { "일", 0xc0cf }, { "임", 0xc0d3 },
	{ "자", 0xc0da }, { "장", 0xc0e5 }, { "재", 0xc0e7 }, { "전", 0xc0fc },
	{ "정", 0xc1a4 }, { "제", 0xc1a6 }, { "젠", 0xc1a8 }, { "조", 0xc1b6 },
	{ "존", 0xc1b8 }, { "종", 0xc1be }, { "주", 0xc1d6 }, { "중", 0xc1df },
	{ "즈", 0xc1ee }, { "증", 0xc1f5 }, { "지", 0xc1f6 }, { "직", 0xc1f7 },
	{ "차", 0xc2f7 }, { "창", 0xc3a2 }, { "채", 0xc3a4 }, { "처", 0xc3b3 },
	{ "천", 0xc3b5 }, { "체", 0xc3bc }, { "츠", 0xc3f7 }, { "치", 0xc4a1 },
	{ "카", 0xc4ab }, { "컴", 0xc4c4 }, { "코", 0xc4da }, { "콘", 0xc4dc },
	{ "콜", 0xc4dd }, { "콤", 0xc4de }, { "콩", 0xc4e1 }, { "쿄", 0xc4ec },
	{ "퀄", 0xc4f7 }, { "크", 0xc5a9 }, { "클", 0xc5ac }, { "키", 0xc5b0 },
	{ "타", 0xc5b8 }, { "탈", 0xc5bb }, { "태", 0xc5c2 }, { "터", 0xc5cd },
	{ "테", 0xc5d7 }, { "텐", 0xc5d9 }, { "텔", 0xc5da }, { "템", 0xc5db },
	{ "토", 0xc5e4 }, { "톡", 0xc5e5 }, { "톤", 0xc5e6 }, { "통", 0xc5eb },
	{ "트", 0xc6ae }, { "티", 0xc6bc }, { "파", 0xc6c4 }, { "팔", 0xc6c8 },
	{ "퍼", 0xc6db }, { "펄", 0xc6de }, { "페", 0xc6e4 }, { "펩", 0xc6e9 },
	{ "평", 0xc6f2 }, { "포", 0xc6f7 }, { "폼", 0xc6fb }, { "품", 0xc7b0 },
	{ "퓨", 0xc7bb }, { "프", 0xc7c1 }, { "플", 0xc7c3 }, { "픽", 0xc7c8 },
	{ "하", 0xc7cf }, { "학", 0xc7d0 }, { "한", 0xc7d1 }, { "해", 0xc7d8 },
	{ "행", 0xc7e0 }, { "험", 0xc7e8 }, { "현", 0xc7f6 }, { "호", 0xc8a3 },
	{ "홀", 0xc8a6 }, { "홍", 0xc8ab }, { "화", 0xc8ad },
	/* clang-format on */
};

static uint16_t code_of(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strlen(table[i].utf8) == len &&
		    memcmp(table[i].utf8, text, len) == 0)
			return table[i].code;
	}
	return '?';
}

void cp949_add(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		uint32_t cp;
		size_t bytes = utf8_decode(text, len, &cp);
		uint16_t code = '?';

		if (bytes == 0)
			bytes = 1;
		else
			code = cp < 0x80 ? (uint16_t)cp : code_of(text, bytes);
		if (code > 0xff)
			buf_putc(out, (char)(code >> 8));
		buf_putc(out, (char)(code & 0xff));
		text += bytes;
		len -= bytes;
	}
}
