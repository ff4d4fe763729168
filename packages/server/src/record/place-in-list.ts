import { refusal, RefusalError } from '../domain/errors.ts';

/**
 * A page of a list that goes on behind a row. Where nothing follows and the row is not there any more, nobody knows
 * whether the list ends: that is said, since an empty page would be taken for its end.
 * @throws RefusalError
 */
export const behindRow = async <Row>(
  after: string | null,
  page: Promise<Row[]>,
  find: () => Promise<readonly unknown[]>,
): Promise<Row[]> => {
  const rows = await page;
  if (after === null || rows.length > 0 || (await find()).length > 0) return rows;
  throw new RefusalError(gone);
};

const gone = refusal(
  'RESYNC_REQUIRED',
  'What `after` names is not in the list any more, so nobody knows what follows it. Begin again with the first page.',
);
