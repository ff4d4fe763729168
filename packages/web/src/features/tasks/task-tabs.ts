export const taskTabs = ['timeline', 'changes', 'plan', 'policy'] as const;
export type TaskTab = (typeof taskTabs)[number];
