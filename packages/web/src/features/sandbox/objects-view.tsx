import { CopyButton } from '../../components/copy-button.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { columnsOf, fieldsOf, groupedBy, inPlainWords, wordsOf, type SandboxObject } from './sandbox-data.ts';
import styles from './sandbox.module.css';

/** What a platform holds, by kind: as a board, a conversation or a sheet where it is one, and as a table otherwise. */
export const ObjectsView = ({ objects }: { objects: readonly SandboxObject[] }) => {
  if (objects.length === 0) return <p className={styles['none']}>It holds nothing yet.</p>;
  return groupedBy(objects, ({ kind }) => kind).map(([kind, ofKind]) => {
    if (kind === 'card')
      return <Board key={kind} cards={ofKind} lists={objects.filter((other) => other.kind === 'list')} />;
    // The board shows them as its columns.
    if (kind === 'list' && objects.some((other) => other.kind === 'card')) return null;
    if (kind === 'message') return <Conversation key={kind} messages={ofKind} />;
    if (kind === 'sheet') return ofKind.map((sheet) => <Sheet key={sheet.id} sheet={sheet} />);
    return <Things key={kind} kind={kind} things={ofKind} />;
  });
};

const Id = ({ object: { id } }: { object: SandboxObject }) => (
  <span className={styles['id']}>
    <code>
      <VisibleText text={id} />
    </code>
    <CopyButton value={id} label={`Copy id ${id}`} />
  </span>
);

const Board = ({ cards, lists }: { cards: readonly SandboxObject[]; lists: readonly SandboxObject[] }) => {
  const byList = new Map(groupedBy(cards, (card) => wordsOf(fieldsOf(card)['listId'])));
  const columns = new Map(lists.map(({ id, name }) => [id, name]));
  for (const id of byList.keys()) if (!columns.has(id)) columns.set(id, id);
  return (
    <div className={styles['board']}>
      {[...columns].map(([id, name]) => (
        <section key={id} aria-label={name}>
          <h3>
            <VisibleText text={name} /> <span className="muted">{byList.get(id)?.length ?? 0}</span>
          </h3>
          <ul>
            {byList.get(id)?.map((card) => {
              const { desc, archived } = fieldsOf(card);
              return (
                <li key={card.id} data-gone={archived === true || undefined}>
                  <strong>
                    <VisibleText text={card.name} />
                  </strong>
                  {wordsOf(desc) === '' ? null : (
                    <p>
                      <VisibleText text={wordsOf(desc)} />
                    </p>
                  )}
                  {archived === true ? <span className="muted">Archived</span> : null}
                  <Id object={card} />
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </div>
  );
};

const Conversation = ({ messages }: { messages: readonly SandboxObject[] }) =>
  groupedBy(messages, (message) => wordsOf(fieldsOf(message)['channel'])).map(([channel, inChannel]) => (
    <section key={channel} className={styles['conversation']} aria-label={channel}>
      <h3>
        <VisibleText text={channel} />
      </h3>
      <ol>
        {inChannel.map((message) => (
          <li key={message.id}>
            <VisibleText text={wordsOf(fieldsOf(message)['text'])} isBreakable />
            <Id object={message} />
          </li>
        ))}
      </ol>
    </section>
  ));

const Sheet = ({ sheet }: { sheet: SandboxObject }) => {
  const { values, range } = fieldsOf(sheet);
  const rows: readonly unknown[] = Array.isArray(values) ? values : [];
  return (
    <figure className={styles['sheet']}>
      <figcaption>
        <VisibleText text={sheet.name} /> <span className="muted">{wordsOf(range)}</span>{' '}
        <Id object={sheet} />
      </figcaption>
      <div className={styles['wide']} tabIndex={0} role="region" aria-label={`Cells of ${sheet.name}`}>
        <table>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                <th scope="row">{index + 1}</th>
                {(Array.isArray(row) ? row : [row]).map((cell, column) => (
                  <td key={column}>
                    <VisibleText text={wordsOf(cell)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
};

const Things = ({ kind, things }: { kind: string; things: readonly SandboxObject[] }) => {
  const columns = columnsOf(things);
  return (
    <div className={styles['wide']} tabIndex={0} role="region" aria-label={`Every ${kind}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{kind}</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {inPlainWords(column)}
              </th>
            ))}
            <th scope="col">id</th>
          </tr>
        </thead>
        <tbody>
          {things.map((thing) => (
            <tr key={thing.id}>
              <th scope="row">
                <VisibleText text={thing.name} />
              </th>
              {columns.map((column) => (
                <td key={column}>
                  <VisibleText text={wordsOf(fieldsOf(thing)[column])} isBreakable />
                </td>
              ))}
              <td>
                <Id object={thing} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};
