/** Of the column with a task's id: that it is no decoy. What is one is never counted, scored or told outside. */
export const isNoDecoy = (taskId: string): string =>
  `NOT EXISTS (SELECT FROM decoy WHERE decoy.task_id = ${taskId})`;
