#include "sandbox/fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MATCHES_HELP                                                           \
	"\nA fault is NAME[=ARGUMENT][@MATCH,MATCH...]. Matches:\n"            \
	"  path=quote|token|single|multi|price|detail|any\n"                   \
	"                 the calls meant; quote, or token for token-...\n"    \
	"  symbol=CODE    calls that ask for CODE; among the rows of a multi\n"\
	"                 call, only its row is spoiled\n"                     \
	"  nth=N, nth=N-M the Nth (to Mth) call that fits path and symbol\n"   \
	"  every=N        each Nth of them\n"                                  \
	"  p=0.25         that share of them, by --seed\n"                     \
	"  times=K        K times at most\n"                                   \
	"A connection that is spoiled on the wire is closed afterwards.\n"     \
	"A fault that spoils the answer leaves a refusal as it is.\n"

enum argument_kind { NO_ARGUMENT, TEXT, NUMBER };

struct fault_info {
	const char *name;
	enum fault_stage stage;
	enum argument_kind argument;
	int64_t min, max;
	const char *preset; /* the argument when none is given; NULL: needed */
	const char *argname, *help;
};

static const int64_t HOUR_MS = 3600000, LARGEST_BYTES = 1 << 30;

#define ROW(name, stage, kind, min, max, preset, arg, help)                    \
	{name, stage, kind, min, max, preset, arg, help}
#define PLAIN(name, stage, help)                                               \
	ROW(name, stage, NO_ARGUMENT, 0, 0, "", "", help)

static const struct fault_info infos[] = {
	[FAULT_HANG] = PLAIN("hang", FAULT_ON_WIRE,
			     "no answer until the client leaves"),
	[FAULT_DELAY] = ROW("delay", FAULT_ON_WIRE, NUMBER, 0, HOUR_MS, NULL,
			    "=MS", "the right answer, MS later"),
	[FAULT_DRIP] = ROW("drip", FAULT_ON_WIRE, NUMBER, 0, HOUR_MS, "200",
			   "[=MS]", "a byte of the answer every MS (200)"),
	[FAULT_RESET] = PLAIN("reset", FAULT_ON_WIRE,
			      "connection reset before any byte"),
	[FAULT_CLOSE] = PLAIN("close", FAULT_ON_WIRE,
			      "connection closed before any byte"),
	[FAULT_RESEND] = PLAIN("resend", FAULT_ON_WIRE,
			       "the same, on reused connections only: some "
			       "clients resend by themselves"),
	[FAULT_STALE] = PLAIN("stale", FAULT_ON_WIRE,
			      "a keep-alive answer, then the connection is "
			      "closed"),
	[FAULT_CUT] = PLAIN("cut", FAULT_ON_WIRE,
			    "closed halfway through a body of known length"),
	[FAULT_CUT_HEAD] = PLAIN("cut-head", FAULT_ON_WIRE,
				 "closed inside the headers"),
	[FAULT_CUT_CHUNKED] = PLAIN("cut-chunked", FAULT_ON_WIRE,
				    "closed halfway through a chunked body"),
	[FAULT_CUT_NOLENGTH] = PLAIN("cut-nolength", FAULT_ON_WIRE,
				     "half a body without length, then closed"),
	[FAULT_STALL] = PLAIN("stall", FAULT_ON_WIRE,
			      "half a body, then silence"),
	[FAULT_ENDLESS] = PLAIN("endless", FAULT_ON_WIRE,
				"a chunked body without end"),
	[FAULT_HEADERS] = ROW("headers", FAULT_ON_WIRE, NUMBER, 1,
			      LARGEST_BYTES, "409600", "[=BYTES]",
			      "a header line of BYTES (409600)"),
	[FAULT_HEADER_LINES] = ROW("header-lines", FAULT_ON_WIRE, NUMBER, 1,
				   10000000, "10000", "[=N]",
				   "N header lines (10000)"),
	[FAULT_HTTP09] = PLAIN("http09", FAULT_ON_WIRE,
			       "the body without status line and headers"),
	[FAULT_EARLY] = ROW("early", FAULT_ON_WIRE, NUMBER, 1, 1000, "5",
			    "[=N]", "N answers 103 (5), then the right one"),
	[FAULT_SHORT_LENGTH] = ROW("short-length", FAULT_ON_WIRE, NUMBER, 1,
				   LARGEST_BYTES, "10", "[=BYTES]",
				   "a length too short by BYTES (10)"),
	[FAULT_TWICE] = PLAIN("twice", FAULT_ON_WIRE,
			      "two answers to one request, in one go"),
	[FAULT_TOKEN_TIMEOUT] = PLAIN("token-timeout", FAULT_ON_WIRE,
				      "the token is issued, the answer never "
				      "comes"),
	[FAULT_STATUS] = ROW("status", FAULT_REPLACES, NUMBER, 200, 599, NULL,
			     "=CODE", "that HTTP status with an HTML page"),
	[FAULT_HTML200] = PLAIN("html200", FAULT_REPLACES,
				"200 with an HTML page"),
	[FAULT_REDIRECT] = ROW("redirect", FAULT_REPLACES, TEXT, 0, 0, "302",
			       "[=STATUS[:URL]]",
			       "a 3xx (302) to another host, or to URL"),
	[FAULT_RETRY_AFTER] = ROW("retry-after", FAULT_REPLACES, TEXT, 0, 0,
				  "2", "[=TEXT]",
				  "429 with that Retry-After (2)"),
	[FAULT_LIMIT] = PLAIN("limit", FAULT_REPLACES,
			      "the per-second refusal EGW00201"),
	[FAULT_LIMIT200] = PLAIN("limit200", FAULT_REPLACES,
				 "the same with HTTP status 200"),
	[FAULT_REFUSE] = ROW("refuse", FAULT_REPLACES, TEXT, 0, 0, "EGW00002",
			     "[=CODE[/STATUS]]",
			     "the broker refuses with that msg_cd"),
	[FAULT_EXPIRED] = PLAIN("expired", FAULT_REPLACES,
				"EGW00123, the token is expired"),
	[FAULT_INVALID_TOKEN] = PLAIN("invalid-token", FAULT_REPLACES,
				      "EGW00121, the token is invalid"),
	[FAULT_EMPTY] = PLAIN("empty", FAULT_REPLACES, "200 with no body"),
	[FAULT_NOBODY] = PLAIN("nobody", FAULT_REPLACES, "204"),
	[FAULT_GARBAGE] = PLAIN("garbage", FAULT_REPLACES,
				"200 with a body that is not JSON"),
	[FAULT_GZIP] = ROW("gzip", FAULT_REPLACES, NUMBER, 1000, LARGEST_BYTES,
			   "10485760", "[=BYTES]",
			   "a gzip body that unpacks to BYTES (10485760)"),
	[FAULT_CTYPE] = ROW("ctype", FAULT_SPOILS, TEXT, 0, 0, "text/html",
			    "[=TEXT]", "that Content-Type (text/html)"),
	[FAULT_BIG] = ROW("big", FAULT_SPOILS, NUMBER, 1, LARGEST_BYTES,
			  "5242880", "[=BYTES]",
			  "valid JSON longer by BYTES (5242880)"),
	[FAULT_DEEP] = ROW("deep", FAULT_SPOILS, NUMBER, 1, 100000000, "100000",
			   "[=N]", "N arrays within each other (100000)"),
	[FAULT_PREFIX] = ROW("prefix", FAULT_SPOILS, NUMBER, 0, LARGEST_BYTES,
			     NULL, "=BYTES",
			     "only so many bytes of the body, properly sent"),
	[FAULT_TRAILING] = ROW("trailing", FAULT_SPOILS, TEXT, 0, 0, "{}x",
			       "[=TEXT]", "TEXT ({}x) after the JSON"),
	[FAULT_BOM] = PLAIN("bom", FAULT_SPOILS, "a byte order mark first"),
	[FAULT_TOPARRAY] = PLAIN("toparray", FAULT_SPOILS,
				 "the whole body inside an array"),
	[FAULT_NOROWS] = PLAIN("norows", FAULT_SPOILS,
			       "rt_cd 0 and no output"),
	[FAULT_RT1] = PLAIN("rt1", FAULT_SPOILS, "rt_cd 1 and an output"),
	[FAULT_WRONG_SYMBOL] = PLAIN("wrong-symbol", FAULT_SPOILS,
				     "the answer names another symbol"),
	[FAULT_PRICE] = ROW("price", FAULT_SPOILS, TEXT, 0, 0, NULL, "=TEXT",
			    "that text as the price"),
	[FAULT_ZERO] = PLAIN("zero", FAULT_SPOILS, "a price of 0"),
	[FAULT_TYPE] = ROW("type", FAULT_SPOILS, TEXT, 0, 0, "number",
			   "[=TYPE]",
			   "price as number, null, array, object or bool"),
	[FAULT_DUP] = PLAIN("dup", FAULT_SPOILS,
			    "the price key twice, with two prices"),
	[FAULT_KEYCASE] = PLAIN("keycase", FAULT_SPOILS,
				"the price key in capitals"),
	[FAULT_NAME] = ROW("name", FAULT_SPOILS, TEXT, 0, 0, NULL, "=TEXT",
			   "that text as the name"),
	[FAULT_ESCAPES] = PLAIN("escapes", FAULT_SPOILS,
				"a name with terminal escapes and bidi "
				"controls"),
	[FAULT_CONTROL] = PLAIN("control", FAULT_SPOILS,
				"a name with a raw control byte"),
	[FAULT_NUL] = PLAIN("nul", FAULT_SPOILS, "a name with \\u0000"),
	[FAULT_SURROGATE] = PLAIN("surrogate", FAULT_SPOILS,
				  "a name with half a surrogate pair"),
	[FAULT_BADUTF8] = PLAIN("badutf8", FAULT_SPOILS,
				"a name that is not UTF-8"),
	[FAULT_TOKEN_NO_EXPIRY] = PLAIN("token-no-expiry", FAULT_SPOILS,
					"a token without its life"),
	[FAULT_TOKEN_CRLF] = PLAIN("token-crlf", FAULT_SPOILS,
				   "a token with a line end in it"),
	[FAULT_TOKEN_GARBAGE] = PLAIN("token-garbage", FAULT_SPOILS,
				      "a token of characters that none has"),
};

static const char *const path_names[] = {
	[FAULT_PATH_ANY] = "any",	[FAULT_PATH_QUOTE] = "quote",
	[FAULT_PATH_TOKEN] = "token",	[FAULT_PATH_SINGLE] = "single",
	[FAULT_PATH_MULTI] = "multi",	[FAULT_PATH_PRICE] = "price",
	[FAULT_PATH_DETAIL] = "detail",
};

enum { FAULTS = sizeof(infos) / sizeof(infos[0]) };
enum { PATHS = sizeof(path_names) / sizeof(path_names[0]) };

const char *fault_name(enum fault fault)
{
	return infos[fault].name;
}

enum fault_stage fault_stage(enum fault fault)
{
	return infos[fault].stage;
}

bool fault_needs_answer(enum fault fault)
{
	return fault != FAULT_HANG && fault != FAULT_RESET &&
	       fault != FAULT_CLOSE && fault != FAULT_RESEND;
}

void fault_list(FILE *out)
{
	for (int i = 0; i < FAULTS; i++)
		fprintf(out, "%-15s %-17s %s\n", infos[i].name,
			infos[i].argname, infos[i].help);
	fputs(MATCHES_HELP, out);
}

/* A whole number of digits only, from min to max; the text ends at end. */
static bool read_number(const char *text, const char *end, int64_t min,
			int64_t max, int64_t *number)
{
	int64_t value = 0;

	if (text == end || end - text > 15)
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (*text - '0');
	}
	*number = value;
	return value >= min && value <= max;
}

static bool read_share(const char *text, double *share)
{
	char *end;

	errno = 0;
	*share = strtod(text, &end);
	return end != text && *end == '\0' && errno == 0 && *share >= 0 &&
	       *share <= 1;
}

static bool read_path(const char *text, enum fault_path *path)
{
	for (int i = 0; i < PATHS; i++) {
		if (strcmp(path_names[i], text) == 0) {
			*path = (enum fault_path)i;
			return true;
		}
	}
	return false;
}

/* One match, KEY=VALUE, into the rule. */
static bool read_match(const char *match, struct fault_rule *rule)
{
	const char *value = strchr(match, '=');
	size_t key_len = value ? (size_t)(value - match) : 0;
	const char *end, *dash;

	if (!value)
		return false;
	value++;
	end = value + strlen(value);
	if (key_len == 4 && strncmp(match, "path", 4) == 0)
		return read_path(value, &rule->path);
	if (key_len == 6 && strncmp(match, "symbol", 6) == 0) {
		snprintf(rule->symbol, sizeof(rule->symbol), "%s", value);
		return *value && strlen(value) < sizeof(rule->symbol);
	}
	if (key_len == 3 && strncmp(match, "nth", 3) == 0) {
		dash = strchr(value, '-');
		return read_number(value, dash ? dash : end, 1, INT64_MAX,
				   &rule->nth_first) &&
		       read_number(dash ? dash + 1 : value, end,
				   rule->nth_first, INT64_MAX, &rule->nth_last);
	}
	if (key_len == 5 && strncmp(match, "every", 5) == 0)
		return read_number(value, end, 1, INT64_MAX, &rule->every);
	if (key_len == 5 && strncmp(match, "times", 5) == 0)
		return read_number(value, end, 1, INT64_MAX, &rule->times);
	if (key_len == 1 && match[0] == 'p')
		return read_share(value, &rule->p);
	return false;
}

static int read_matches(char *matches, struct fault_rule *rule,
			struct failure *failure)
{
	char *rest = NULL;

	for (char *match = strtok_r(matches, ",", &rest); match;
	     match = strtok_r(NULL, ",", &rest)) {
		if (!read_match(match, rule))
			return failure_set(failure,
					   "unfit match '%s' in a fault: see "
					   "--fault list",
					   match);
	}
	return 0;
}

static bool is_argument_fit(const struct fault_info *info,
			    struct fault_rule *rule)
{
	const char *text = rule->text, *rest = strpbrk(text, ":/");
	const char *end = text + strlen(text);

	switch (rule->fault) {
	case FAULT_REDIRECT:
		return read_number(text, rest ? rest : end, 300, 399,
				   &rule->number);
	case FAULT_REFUSE:
		rest = strchr(text, '/');
		return *text && (size_t)((rest ? rest : end) - text) < 12 &&
		       (!rest || read_number(rest + 1, end, 200, 599,
					     &rule->number));
	case FAULT_TYPE:
		return strcmp(text, "number") == 0 ||
		       strcmp(text, "null") == 0 || strcmp(text, "array") == 0 ||
		       strcmp(text, "object") == 0 || strcmp(text, "bool") == 0;
	default:
		return info->argument != NUMBER ||
		       read_number(text, end, info->min, info->max,
				   &rule->number);
	}
}

int fault_parse(const char *spec, struct fault_rule *rule,
		struct failure *failure)
{
	char text[1024];
	char *argument, *matches;
	int i = 0;

	if (strlen(spec) >= sizeof(text))
		return failure_set(failure, "cannot read a fault: too long");
	memcpy(text, spec, strlen(spec) + 1);
	/* An argument may hold '@': what begins the matches is the last. */
	matches = strrchr(text, '@');
	if (matches)
		*matches++ = '\0';
	argument = strchr(text, '=');
	if (argument)
		*argument++ = '\0';

	while (i < FAULTS && strcmp(infos[i].name, text) != 0)
		i++;
	if (i == FAULTS)
		return failure_set(failure,
				   "unknown fault '%.40s': see --fault list",
				   text);
	*rule = (struct fault_rule){
		.fault = (enum fault)i,
		.path = strncmp(text, "token-", 6) == 0 ? FAULT_PATH_TOKEN
							: FAULT_PATH_QUOTE,
		.p = -1,
	};
	if (argument ? infos[i].argument == NO_ARGUMENT : !infos[i].preset)
		return failure_set(failure, "fault '%s' %s an argument", text,
				   argument ? "takes no" : "needs");
	if (!argument)
		argument = (char *)infos[i].preset;
	if (strlen(argument) >= sizeof(rule->text))
		return failure_set(failure, "argument of fault '%s' too long",
				   text);
	memcpy(rule->text, argument, strlen(argument) + 1);
	if (!is_argument_fit(&infos[i], rule))
		return failure_set(failure, "unfit argument '%.40s' of fault "
					    "'%s': see --fault list",
				   argument, text);
	return matches ? read_matches(matches, rule, failure) : 0;
}

static bool fits_path(enum fault_path path, enum endpoint endpoint)
{
	switch (path) {
	case FAULT_PATH_ANY:
		return true;
	case FAULT_PATH_QUOTE:
		return endpoint_is_quote(endpoint);
	case FAULT_PATH_TOKEN:
		return endpoint == ENDPOINT_TOKEN;
	case FAULT_PATH_SINGLE:
		return endpoint == ENDPOINT_SINGLE;
	case FAULT_PATH_MULTI:
		return endpoint == ENDPOINT_MULTI;
	case FAULT_PATH_PRICE:
		return endpoint == ENDPOINT_PRICE;
	case FAULT_PATH_DETAIL:
		return endpoint == ENDPOINT_DETAIL;
	}
	return false;
}

static bool fits_symbol(const char *symbol, const struct request *request)
{
	if (!*symbol)
		return true;
	for (size_t i = 0; i < request->symbol_count; i++) {
		if (strcmp(request->symbol[i], symbol) == 0)
			return true;
	}
	return false;
}

bool fault_fires(struct fault_rule *rule, const struct request *request,
		 bool has_history, uint64_t random)
{
	if (!fits_path(rule->path, request->endpoint) ||
	    !fits_symbol(rule->symbol, request))
		return false;
	if (rule->fault == FAULT_RESEND && !has_history)
		return false;
	rule->seen++;
	if (rule->nth_first > 0 && (rule->seen < rule->nth_first ||
				    rule->seen > rule->nth_last))
		return false;
	if (rule->every > 0 && rule->seen % rule->every != 0)
		return false;
	if (rule->times > 0 && rule->fired >= rule->times)
		return false;
	if (rule->p >= 0 && (double)(random >> 11) * 0x1p-53 >= rule->p)
		return false;
	rule->fired++;
	return true;
}

bool fault_touches(const struct fault_rule *rule, enum fault fault,
		   const char *symbol)
{
	return rule && rule->fault == fault &&
	       (!rule->symbol[0] || strcmp(rule->symbol, symbol) == 0);
}
