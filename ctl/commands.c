#include "ctl/commands.h"

#include "lib/ban.h"

const struct ctl_command *const ctl_commands[] = {
	&cmd_init,
	&cmd_doctor,
	&cmd_token_add,
	&cmd_token_list,
	&cmd_token_revoke,
	&cmd_job_add,
	&cmd_job_list,
	&cmd_job_show,
	&cmd_job_pause,
	&cmd_job_resume,
	&cmd_job_delete,
	&cmd_job_run,
	&cmd_queue_list,
	&cmd_queue_peek,
	&cmd_queue_pause,
	&cmd_queue_resume,
	&cmd_queue_clear,
	&cmd_render_import,
	&cmd_runs,
	&cmd_why,
	&cmd_replay,
	&cmd_preview,
	&cmd_consume,
	&cmd_backup,
	&cmd_restore,
	NULL,
};
