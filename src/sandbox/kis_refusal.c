/* SPDX-License-Identifier: MIT */
#include "sandbox/kis.h"

#include <stdio.h>
#include <string.h>

struct refusal {
	const char *msg_cd;
	int status;
	const char *rt_cd;
	const char *text; /* at most one %s, for the detail */
};

static const struct refusal refusals[] = {
	{ "EGW00001", 500, "1", "일시적 오류가 발생했습니다." },
	{ "EGW00002", 500, "1", "서버 에러가 발생했습니다." },
	{ "EGW00003", 403, "1", "접근이 거부되었습니다." },
	{ "EGW00004", 403, "1", "권한을 부여받지 않은 고객입니다." },
	{ "EGW00101", 403, "1", "유효하지 않은 요청입니다." },
	{ "EGW00102", 403, "1", "AppKey는 필수입니다." },
	{ "EGW00103", 403, "1", "유효하지 않은 AppKey입니다." },
	{ "EGW00104", 403, "1", "AppSecret은 필수입니다." },
	{ "EGW00105", 403, "1", "유효하지 않은 AppSecret입니다." },
	{ "EGW00115", 403, "1", "grant_type은 필수입니다." },
	{ "EGW00116", 403, "1", "유효하지 않은 grant_type입니다." },
	{ "EGW00121", 500, "1", "유효하지 않은 token 입니다." },
	{ "EGW00122", 500, "1", "token을 찾을 수 없습니다." },
	{ "EGW00123", 500, "1", "기간이 만료된 token 입니다." },
	{ "EGW00132", 403, "1", "Content-Type이 유효하지 않습니다." },
	{ "EGW00133", 403, "1",
	  "접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)" },
	{ "EGW00201", 500, "1", "초당 거래건수를 초과하였습니다." },
	{ "EGW00202", 500, "1", "GW라우팅 중 오류가 발생했습니다." },
	{ "EGW00203", 500, "1", "OPS라우팅 중 오류가 발생했습니다." },
	{ "EGW00204", 500, "1",
	  "Internal Gateway 인스턴스를 잘못 입력했습니다." },
	{ "EGW00205", 500, "1",
	  "credentials_type이 유효하지 않습니다.(Bearer)" },
	{ "EGW00206", 500, "1", "API 사용 권한이 없습니다." },
	{ "EGW00208", 500, "1", "고객유형(custtype)이 유효하지 않습니다." },
	{ "EGW00213", 500, "1", "모의투자에서 제공하지 않는 TR 입니다." },
	{ "EGW00215", 500, "1",
	  "원장에서 허용 가능한 초당 거래건수를 초과하였습니다." },
	{ "EGW00300", 500, "1", "Gateway 라우팅 오류가 발생했습니다." },
	{ "EGW00301", 500, "1", "연결 시간이 초과되었습니다." },
	{ "EGW00302", 500, "1", "거래시간이 초과되었습니다." },
	{ "EGW00303", 500, "1", "허용되지 않은 IP 입니다." },
	{ "EGW00304", 500, "1", "고객식별키(appSecret)가 유효하지 않습니다." },
	{ "EGW02004", 500, "1", "실전투자/모의투자 도메인이 맞지 않습니다." },
	{ "OPSQ0002", 500, "1", "없는 서비스 코드 입니다%s" },
	{ "OPSQ1002", 500, "1", "세션 연결 오류" },
	{ "OPSQ2001", 200, "2", "ERROR : INPUT %s" },
	{ "OPSQ2002", 200, "1", "ERROR : INPUT FIELD_LENGTH %s" },
};

static const struct refusal *find_refusal(const char *msg_cd)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (strcmp(refusals[i].msg_cd, msg_cd) == 0)
			return &refusals[i];
	}
	return NULL;
}

/* The text with detail in the place of its %s. */
static void fill_in(char *out, size_t size, const char *text,
		    const char *detail)
{
	const char *place = strstr(text, "%s");

	if (!place)
		snprintf(out, size, "%s", text);
	else
		snprintf(out, size, "%.*s%s%s", (int)(place - text), text,
			 detail ? detail : "", place + 2);
}

void kis_refuse(struct answer *answer, enum endpoint endpoint,
		const char *msg_cd, const char *detail)
{
	static const struct refusal other = { "", 500, "1", "오류 %s" };
	const struct refusal *refusal = find_refusal(msg_cd);
	struct buf *body = &answer->body;
	char text[512];
	/* The per-second refusal comes from the gateway before any desk. */
	bool is_desk =
		(endpoint == ENDPOINT_TOKEN || endpoint == ENDPOINT_APPROVAL) &&
		strcmp(msg_cd, "EGW00201") != 0;

	if (!refusal) {
		refusal = &other;
		detail = msg_cd;
	}
	fill_in(text, sizeof(text), refusal->text, detail);
	answer->status = refusal->status;
	snprintf(answer->msg_cd, sizeof(answer->msg_cd), "%s", msg_cd);
	buf_clear(body);
	buf_puts(body, "{");
	if (is_desk) {
		json_add_field(body, "error_description", text);
		json_add_field(body, "error_code", msg_cd);
	} else {
		json_add_field(body, "rt_cd", refusal->rt_cd);
		json_add_field(body, "msg1", text);
		json_add_field(body, "msg_cd", msg_cd);
	}
	buf_puts(body, "}");
}
