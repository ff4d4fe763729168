export const reviewTabs = ['changes', 'plan', 'policy', 'history'] as const;
export type ReviewTab = (typeof reviewTabs)[number];
