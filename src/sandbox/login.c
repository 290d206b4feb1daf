/* SPDX-License-Identifier: MIT */
#include "sandbox/login.h"

#include <cjson/cJSON.h>
#include <string.h>

static const char *text_member(const cJSON *object, const char *name)
{
	const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(member) ? member->valuestring : NULL;
}

const char *login_judge_body(const struct broker_rules *rules,
			     const struct request *request,
			     const char *secret_name)
{
	const char *grant, *key, *secret, *msg_cd = NULL;
	cJSON *json;

	if (!request->content_type ||
	    strncmp(request->content_type, "application/json", 16) != 0)
		return "EGW00132";
	json = cJSON_ParseWithLength(request->body ? request->body : "",
				     request->body_len);
	grant = text_member(json, "grant_type");
	key = text_member(json, "appkey");
	secret = text_member(json, secret_name);
	if (!cJSON_IsObject(json))
		msg_cd = "EGW00101";
	else if (!grant)
		msg_cd = "EGW00115";
	else if (strcmp(grant, "client_credentials") != 0)
		msg_cd = "EGW00116";
	else if (!key)
		msg_cd = "EGW00102";
	else if (strcmp(key, rules->app_key) != 0)
		msg_cd = "EGW00103";
	else if (!secret)
		msg_cd = "EGW00104";
	else if (strcmp(secret, rules->app_secret) != 0)
		msg_cd = "EGW00105";
	cJSON_Delete(json);
	return msg_cd;
}

const char *login_judge_headers(const struct broker_rules *rules,
				const struct request *request,
				const char **token)
{
	static const char scheme[] = "Bearer ";

	if (!request->tr_id ||
	    strcmp(request->tr_id, endpoint_tr_id(request->endpoint)) != 0)
		return "OPSQ0002";
	if (!request->appkey)
		return "EGW00102";
	if (strcmp(request->appkey, rules->app_key) != 0)
		return "EGW00103";
	if (!request->appsecret)
		return "EGW00104";
	if (strcmp(request->appsecret, rules->app_secret) != 0)
		return "EGW00105";
	if (!request->authorization)
		return "EGW00121";
	if (strncmp(request->authorization, scheme, sizeof(scheme) - 1) != 0)
		return "EGW00205";
	if (endpoint_is_domestic(request->endpoint) &&
	    (!request->custtype || (strcmp(request->custtype, "P") != 0 &&
				    strcmp(request->custtype, "B") != 0)))
		return "EGW00208";
	*token = request->authorization + sizeof(scheme) - 1;
	return NULL;
}
