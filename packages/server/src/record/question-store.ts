import type { Question } from '../domain/question.ts';
import type { StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, updateRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';

const questions: Table<Question> = tables.question;

/** What was asked about requests, and what was answered. */
export const questionStore = {
  insert: (tx: Transaction, asked: readonly Question[]) => insertRows(tx, questions, asked),
  update: (tx: Transaction, answered: readonly Question[]) => updateRows(tx, questions, answered),
  /** Of these requests, in the order in which they were asked. */
  find: (tx: StatementRunner, approvalIds: readonly string[]): Promise<Question[]> =>
    tx.query<Question>(
      `SELECT ${columnsOf(questions)} FROM question WHERE approval_id = ANY($1::uuid[]) ORDER BY asked_at, id`,
      [approvalIds],
    ),
};
