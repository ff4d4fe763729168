/** The key, in SQL, of the advisory lock that a worker holds for as long as it lives. */
export const presenceKey = (worker: string): string =>
  `hashtextextended('countersign worker ' || ${worker}, 0)`;
