#ifndef CTL_COMMANDS_H
#define CTL_COMMANDS_H

#include "ctl/ctl.h"

/* One per subcommand, in the file of ctl/cmd/ named after its noun. */
extern const struct ctl_command cmd_init, cmd_doctor, cmd_status, cmd_tick;
extern const struct ctl_command cmd_alert_list, cmd_alert_test;
extern const struct ctl_command cmd_clock_reset, cmd_completion;
extern const struct ctl_command cmd_audit, cmd_backup, cmd_restore;
extern const struct ctl_command cmd_token_add, cmd_token_list, cmd_token_set,
    cmd_token_revoke;
extern const struct ctl_command cmd_job_add, cmd_job_list, cmd_job_show,
    cmd_job_set, cmd_job_pause, cmd_job_resume, cmd_job_delete, cmd_job_run;
extern const struct ctl_command cmd_import_crontab, cmd_import_celery,
    cmd_import_eventbridge, cmd_import_apscheduler, cmd_import_funboost;
extern const struct ctl_command cmd_export, cmd_plan, cmd_apply;
extern const struct ctl_command cmd_queue_list, cmd_queue_peek, cmd_queue_pause,
    cmd_queue_resume, cmd_queue_clear, cmd_queue_test;
extern const struct ctl_command cmd_dead_list, cmd_dead_show, cmd_dead_replay,
    cmd_dead_purge;
extern const struct ctl_command cmd_replay, cmd_runs, cmd_output, cmd_upcoming,
    cmd_why, cmd_preview, cmd_consume;
extern const struct ctl_command cmd_render_create, cmd_render_list,
    cmd_render_show, cmd_render_cancel, cmd_render_watch, cmd_render_import;

#endif
