/* The sentences of the API, in Chinese and English. */
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"

#include "fcgi/api/messages.h"

#include "lib/base/ban.h"

/* Existing clients compare the Chinese texts up to the queues' ones. */
static const char *const texts[MSG__MAX][LANG__MAX] = {
	[MSG_OK] = { "获取成功", "OK" },
	[MSG_BAD_INPUT] = { "请求参数有误: %f", "Bad input: %f" },
	[MSG_NO_ROUTE] = { "接口不存在", "No such resource" },
	[MSG_BAD_METHOD] = { "该接口不支持此请求方法",
	    "The method is not supported by this resource" },
	[MSG_TOKEN_NONE] = { "请求未携带访问令牌: 请发送请求头 Authorization: Bearer 令牌. "
			     "若已发送, 则说明 Web 服务器未转发该请求头: Apache 需设置 "
			     "CGIPassAuth on; 也可以改用请求头 X-Minutehand-Token",
	    "The request has no access token: send the header Authorization: "
	    "Bearer TOKEN. If it was sent, the web server removed it: Apache "
	    "needs CGIPassAuth on; or send the header X-Minutehand-Token, "
	    "which no server removes" },
	[MSG_TOKEN_MALFORMED] = { "请求头 %1 的内容格式不正确: 应为 Bearer 加令牌, "
				  "或以令牌为密码的 Basic; X-Minutehand-Token 中只写令牌",
	    "The header %1 is malformed: it must be Bearer and a token, or "
	    "Basic with a token as the password; in X-Minutehand-Token the "
	    "token alone" },
	[MSG_TOKEN_UNKNOWN] = { "访问令牌未知", "The access token is unknown" },
	[MSG_TOKEN_EXPIRED] = { "访问令牌已于 %1 过期",
	    "The access token expired at %1" },
	[MSG_TOKEN_REVOKED] = { "访问令牌已于 %1 被撤销",
	    "The access token was revoked at %1" },
	[MSG_FOREIGN_PAGE] = { "不接受浏览器为其他网站的页面自动附加的密码",
	    "A password that a browser adds for a page of another site is not "
	    "accepted" },
	[MSG_NO_SCOPE] = { "令牌权限不足: %f",
	    "The token does not allow this: %f" },
	[MSG_NO_QUEUE_ACCESS] = { "令牌无权访问该队列",
	    "The token has no access to that queue" },
	[MSG_NO_SERVICE_ACCESS] = { "令牌无权访问该服务",
	    "The token has no access to that service" },
	[MSG_TOO_LARGE] = { "请求体过大, 上限为 1 MiB",
	    "The body is larger than 1 MiB" },
	[MSG_BAD_TYPE] = { "不支持的 Content-Type, 请使用 %1",
	    "Unsupported Content-Type; send %1" },
	[MSG_SLOW] = { "未在规定时间内收到完整的请求体",
	    "The body did not arrive in time" },
	[MSG_TOO_MANY_WAITING] = { "等待中的客户端过多, 请稍后再试: %f",
	    "Too many clients are waiting: %f" },
	[MSG_TICK_KEY] = { "key 不正确: 应为 tick_key_file 中的密钥",
	    "The key is not the one of tick_key_file" },
	[MSG_TICK_SOON] = { "刚刚已执行过一次调度, 请 5 秒后再试",
	    "A tick has just run: at most one runs in 5 seconds" },
	[MSG_NOT_OPEN] = { "服务暂不可用, 请稍后再试",
	    "The service is not available now; try again later" },
	[MSG_STORE_BUSY] = { "存储繁忙, 请稍后再试",
	    "The store is busy; try again" },
	[MSG_STORE_FULL] = { "存储目前无法写入, 请稍后再试",
	    "The store cannot be written now; try again later" },
	[MSG_INTERNAL] = { "服务器内部错误", "Internal error" },
	[MSG_JOB_ADDED] = { "定时任务添加成功", "Job added" },
	[MSG_JOB_ADD_BAD] = { "添加定时任务失败: %f",
	    "Adding the job failed: %f" },
	[MSG_JOB_ADD_CONFLICT] = { "添加定时任务失败: "
				   "'Job identifier (%1) conflicts with an existing job'",
	    "Adding the job failed: "
	    "'Job identifier (%1) conflicts with an existing job'" },
	[MSG_JOB_MISSING] = { "任务 %1 不存在", "No such job: %1" },
	[MSG_JOB_DELETED] = { "定时任务 %1 删除成功", "Job %1 deleted" },
	[MSG_JOB_DELETE_MISSING] = { "删除定时任务失败: 'No job by the id of %1 was found'",
	    "Deleting the job failed: 'No job by the id of %1 was found'" },
	[MSG_JOBS_DELETED] = { "成功删除 %1 个定时任务",
	    "Number of jobs deleted: %1" },
	[MSG_JOB_PAUSED] = { "定时任务 %1 已暂停", "Job %1 is paused" },
	[MSG_JOB_PAUSE_MISSING] = { "暂停定时任务失败: 'No job by the id of %1 was found'",
	    "Pausing the job failed: 'No job by the id of %1 was found'" },
	[MSG_JOB_RESUMED] = { "定时任务 %1 已恢复", "Job %1 is resumed" },
	[MSG_JOB_RESUME_MISSING] = { "恢复定时任务失败: 'No job by the id of %1 was found'",
	    "Resuming the job failed: 'No job by the id of %1 was found'" },
	[MSG_JOB_RESUME_EXHAUSTED] = { "恢复定时任务失败: 任务 %1 不会再触发",
	    "Resuming the job failed: job %1 can never fire again" },
	[MSG_JOB_RESUME_BROKEN] = { "恢复定时任务失败: 任务无法读取: %f",
	    "Resuming the job failed: it cannot be parsed: %f" },
	[MSG_JOB_STARTED] = { "定时任务 %1 已触发", "Job %1 was started" },
	[MSG_SCHEDULER_PAUSED] = { "调度器已暂停 (%1)",
	    "The scheduler is paused (%1)" },
	[MSG_SCHEDULER_RESUMED] = { "调度器已恢复运行 (%1)",
	    "The scheduler runs again (%1)" },
	[MSG_PUBLISHED] = { "%1 队列,消息发布成功",
	    "%1: the message was published" },
	[MSG_PUBLISH_CONFLICT] = { "消息发布失败: task_id %1 已存在",
	    "Publishing failed: the task_id %1 was published before" },
	[MSG_RESULT_MISSING] = { "未获取到结果: %1 (可能已过期, 未开始执行, 超时, "
				 "或消费者未启用 rpc 模式)",
	    "No result of %1: it has expired, or its worker has not "
	    "finished, or keeps none" },
	[MSG_QUEUE_CLEARED] = { "队列 %1 清空成功", "Queue %1 was cleared" },
	[MSG_BROKER_DOWN] = { "该队列的消息中间件暂不可用, 请稍后再试",
	    "The broker of this queue cannot be reached now; try again later" },
	[MSG_RUN_MISSING] = { "运行 %1 不存在", "No such run: %1" },
	[MSG_RUN_NO_PARAMS] = { "无法重放 %1: 任务已删除, 消息也已被消费, 参数未知",
	    "Run %1 cannot be replayed: its job is gone and its message was "
	    "consumed, so its parameters are unknown" },
	[MSG_RUN_NOT_REPORTED] = { "该运行不接受此报告: 其结果为 %1",
	    "The run does not take this report: its outcome is %1" },
	[MSG_DEAD_MISSING] = { "该队列没有死信 %1",
	    "The queue has no dead letter %1" },
	[MSG_RENDER_JOB_MISSING] = { "该服务没有任务 %1",
	    "The service has no job %1" },
};

static void
add_faults(const struct faults *fs, struct buf *out)
{
	for (size_t i = 0; i < fs->n; i++) {
		if (i > 0)
			buf_str(out, "; ");
		buf_str(out, fs->v[i].field);
		buf_str(out, ": ");
		buf_str(out, fs->v[i].text);
	}
}

void
messages_print(enum msg msg, enum lang lang, const char *const args[2],
    const struct faults *fs, struct buf *out)
{
	const char *s = texts[msg][lang], *mark;

	for (; (mark = strchr(s, '%')) != NULL; s = mark + 2) {
		buf_add(out, s, (size_t)(mark - s));
		if (mark[1] == 'f')
			add_faults(fs, out);
		else if (args[mark[1] - '1'] != NULL)
			buf_str(out, args[mark[1] - '1']);
	}
	buf_str(out, s);
}
