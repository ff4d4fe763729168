import { exitCodes } from './exit-codes.ts';
import { idIn, tell, tellTask, type TaskCommand } from './task-command.ts';
import { planWords, table, taskWords, planAnswer, taskAnswer, tasksAnswer } from './answers.ts';

export const showCommand: TaskCommand = {
  takes: [],
  async run(context) {
    const id = idIn(context);
    const task = taskAnswer.parse(await context.api.json('GET', `/tasks/${id}`));
    if (task.revision === 0) await tellTask(context, task);
    else {
      const plan = planAnswer.parse(await context.api.json('GET', `/tasks/${id}/plan`));
      await tell(context, { task, plan }, `${taskWords(task)}\n\n${planWords(plan)}`);
    }
    return exitCodes.done;
  },
};

const heads = ['TASK', 'STATUS', 'ENVIRONMENT', 'RISK', 'SUBMITTED', 'GOAL'];

export const listCommand: TaskCommand = {
  takes: ['after', 'environment', 'first', 'mine', 'search', 'status', 'tag'],
  async run(context) {
    const { api, values } = context;
    const query = new URLSearchParams();
    for (const status of values.status ?? []) query.append('status', status.toUpperCase());
    if (values.environment !== undefined) query.append('environment', values.environment.toUpperCase());
    for (const name of ['search', 'first', 'after'] as const)
      if (values[name] !== undefined) query.append(name, values[name]);
    for (const tag of values.tag ?? []) query.append('tag', tag);
    if (values.mine) query.append('mine', 'true');
    const page = tasksAnswer.parse(await api.json('GET', `/tasks?${query.toString()}`));
    const rows = page.tasks.map((task) => [
      task.task_id,
      task.status.toUpperCase(),
      task.environment,
      task.risk ?? '',
      task.createdAt,
      task.goal,
    ]);
    const more = page.after === null ? '' : `\nMore: --after ${page.after}`;
    await tell(context, page, `${table(heads, rows)}${more}`);
    return exitCodes.done;
  },
};

export const cancelCommand: TaskCommand = {
  takes: ['reason'],
  async run(context) {
    const { reason } = context.values;
    const body = reason === undefined ? {} : { reason };
    await tellTask(
      context,
      taskAnswer.parse(await context.api.json('POST', `/tasks/${idIn(context)}/cancel`, { body })),
    );
    return exitCodes.done;
  },
};
