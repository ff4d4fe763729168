/** Numbers in it by their value, everything else as text: 3.2.9 before 3.2.10, 1.1.1k before 1.1.1w. */
const order = new Intl.Collator('en', { numeric: true });

export const compareVersions = (one: string, other: string): number => order.compare(one, other);
