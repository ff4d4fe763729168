/** Where statements run. Rows are the statement's columns as they are named; int8 is a bigint. */
export interface StatementRunner {
  /** `text` is prepared once per connection under a name of its own, so it must not carry values. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}
