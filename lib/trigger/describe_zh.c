/* Cron expressions in Chinese.  Tested in t_trigger_words. */
#include "lib/trigger/describe_int.h"

#include "lib/base/ban.h"

static void
add_number(struct buf *out, int v)
{
	buf_printf(out, "%d", v);
}

static void
add_day(struct buf *out, int v)
{
	buf_printf(out, "%d日", v);
}

static void
add_month(struct buf *out, int v)
{
	buf_printf(out, "%d月", v);
}

void
describe_weekday_zh(struct buf *out, int v)
{
	static const char *const names[] = { "周一", "周二", "周三", "周四",
		"周五", "周六", "周日" };

	buf_str(out, names[v]);
}

static const struct describe_glue numbers = { add_number, "至", "、", "、" };
static const struct describe_glue days = { add_day, "至", "、", "、" };
static const struct describe_glue months = { add_month, "至", "、", "、" };
static const struct describe_glue weekdays = { describe_weekday_zh, "至", "、",
	"、" };

/* "9至17时", "0至56分（步长7）": the values of s and their unit. */
static void
add_values(struct buf *out, const struct describe_set *s,
    const struct describe_glue *g, const char *unit)
{
	int a, b, step = describe_steps(s, &a, &b);

	if (step == 0) {
		describe_list(out, s, g);
		buf_str(out, unit);
		return;
	}
	g->value(out, a);
	buf_str(out, g->to);
	g->value(out, b);
	buf_printf(out, "%s（步长%d）", unit, step);
}

/* A blank between two parts of the sentence. */
static void
add_space(struct buf *out)
{
	if (out->len > 0)
		buf_char(out, ' ');
}

static void
add_years(const struct describe_cron *w, struct buf *out)
{
	if (w->shape[CRON_YEAR] == SHAPE_ALL) {
		if (w->shape[CRON_MONTH] != SHAPE_ALL)
			buf_str(out, "每年");
		return;
	}
	if (w->years != NULL)
		buf_printf(out, "%s年", w->years);
	else
		add_values(out, &w->field[CRON_YEAR], &numbers, "年");
}

/* "第2个周五、最后一个周一"; comma precedes the first. */
static const char *
add_positions(uint64_t nth, const char *comma, struct buf *out)
{
	static const char *const positions[] = { "第1个", "第2个", "第3个",
		"第4个", "第5个", "最后一个" };
	int bit;

	for (; nth != 0; nth &= nth - 1) {
		bit = __builtin_ctzll(nth);
		buf_printf(out, "%s%s", comma, positions[bit / 7]);
		describe_weekday_zh(out, bit % 7);
		comma = "、";
	}
	return comma;
}

/* Quartz' L-3, 15W, LW and L-3W. */
static const char *
add_moving(const struct cron *c, const char *comma, struct buf *out)
{
	int n;

	for (n = 1; n < 32; n++)
		if ((c->from_end >> n & 1) != 0) {
			buf_printf(out, "%s倒数第%d天", comma, n + 1);
			comma = "、";
		}
	for (n = 1; n < 32; n++)
		if ((c->nearest >> n & 1) != 0) {
			buf_printf(out, "%s最接近%d日的工作日", comma, n);
			comma = "、";
		}
	for (n = 0; n < 32; n++)
		if ((c->end_nearest >> n & 1) != 0) {
			if (n == 0)
				buf_printf(out, "%s最后一个工作日", comma);
			else
				buf_printf(out, "%s最接近倒数第%d天的工作日",
				    comma, n + 1);
			comma = "、";
		}
	return comma;
}

/* "最后一个周五", "15日", "最后一天" as one list. */
static void
add_days(const struct describe_cron *w, struct buf *out)
{
	const char *comma = "";

	if (describe_count(&w->field[CRON_DAY]) > 0) {
		add_values(out, &w->field[CRON_DAY], &days, "");
		comma = "、";
	}
	comma = add_positions(w->set->nth, comma, out);
	comma = add_moving(w->set, comma, out);
	if ((w->set->bits[CRON_DAY] >> CRON_DAY_LAST & 1) != 0)
		buf_printf(out, "%s最后一天", comma);
}

static void
add_date(const struct describe_cron *w, struct buf *out)
{
	bool is_week_free = w->shape[CRON_WEEK] == SHAPE_ALL;

	add_years(w, out);
	if (w->shape[CRON_MONTH] != SHAPE_ALL)
		add_values(out, &w->field[CRON_MONTH], &months, "");
	else if (!w->is_day_free)
		buf_str(out, "每月");
	if (!w->is_day_free)
		add_days(w, out);
	if (!is_week_free) {
		buf_str(out, "第");
		add_values(out, &w->field[CRON_WEEK], &numbers, "个ISO周");
	}
	if (!w->is_dow_free) {
		if (!w->is_day_free)
			buf_str(out, w->set->is_day_or_dow ? "或" : "且为");
		else if (is_week_free)
			buf_str(out, "每");
		describe_list(out, &w->field[CRON_DOW], &weekdays);
		(void)add_positions(w->set->dow_nth,
		    describe_count(&w->field[CRON_DOW]) > 0 ? "、" : "", out);
	} else if (w->is_day_free && is_week_free && w->is_clock)
		buf_str(out, "每天");
}

/* "每15分钟", "每分钟"; false if f has no such shape. */
static bool
add_every(struct buf *out, const struct describe_cron *w, enum cron_field f,
    const char *noun)
{
	if (w->shape[f] == SHAPE_SOME)
		return false;
	add_space(out);
	if (w->shape[f] == SHAPE_ALL)
		buf_printf(out, "每%s", noun);
	else
		buf_printf(out, "每%d%s", w->step[f], noun);
	return true;
}

static void
add_field(struct buf *out, const struct describe_set *s, const char *noun)
{
	add_space(out);
	buf_str(out, "第");
	add_values(out, s, &numbers, noun);
}

/* From the hour down to the second, the large before the small. */
static void
add_time(const struct describe_cron *w, struct buf *out)
{
	const struct describe_set *f = w->field;
	bool is_second = w->shape[CRON_SECOND] != SHAPE_SOME;
	bool is_minute = !is_second && w->shape[CRON_MINUTE] != SHAPE_SOME;

	if (!is_second && !is_minute) {
		if (!add_every(out, w, CRON_HOUR, "小时"))
			add_field(out, &f[CRON_HOUR], "时");
	} else if (w->shape[CRON_HOUR] != SHAPE_ALL)
		add_field(out, &f[CRON_HOUR], "时");
	if (is_minute)
		(void)add_every(out, w, CRON_MINUTE, "分钟");
	else if (!is_second || w->shape[CRON_MINUTE] != SHAPE_ALL)
		add_field(out, &f[CRON_MINUTE], "分");
	if (is_second)
		(void)add_every(out, w, CRON_SECOND, "秒");
	else if (!w->is_second_0)
		add_field(out, &f[CRON_SECOND], "秒");
}

void
describe_cron_zh(const struct describe_cron *w, struct buf *out)
{
	add_date(w, out);
	if (w->is_clock) {
		add_space(out);
		describe_clock(out, w, &numbers);
	} else
		add_time(w, out);
}
