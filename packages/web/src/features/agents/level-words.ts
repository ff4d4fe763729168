const words = [
  'A person approves every change.',
  'Changes of low risk run without a person.',
  'Changes of low and medium risk run without a person.',
  'Changes of up to high risk run without a person.',
  'Changes of every risk run without a person.',
];

/** What a level of autonomy means. */
export const levelWords = (level: number): string => words[level] ?? '';
