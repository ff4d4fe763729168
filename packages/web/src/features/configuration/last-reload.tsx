import { formatDate } from '../../components/duration.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Reload } from './configuration-data.ts';
import styles from './configuration.module.css';

const causeWords: Readonly<Record<string, string>> = {
  SIGNAL: 'a signal',
  API: 'an administrator',
  SECRETS: 'a rotated secret',
};

const pathsOf = ({ changes }: Reload, wanted: string): readonly string[] =>
  changes.filter(({ outcome }) => outcome === wanted).map(({ path }) => path);

const Named = ({ words, paths }: { words: string; paths: readonly string[] }) =>
  paths.length === 0 ? null : (
    <p>
      {words}{' '}
      {paths.map((path, index) => (
        <span key={path}>
          {index === 0 ? '' : ', '}
          <code>
            <VisibleText text={path} />
          </code>
        </span>
      ))}
    </p>
  );

/** What came of the last reload, in words. */
export const LastReload = ({ reload }: { reload: Reload }) => {
  const { cause, isTaken, faults, changes, at } = reload;
  return (
    <div className={styles['last']}>
      <p>
        Asked for by {causeWords[cause] ?? cause}, <time dateTime={at}>{formatDate(at)}</time>
        {isTaken && changes.length === 0 ? ': nothing had changed.' : '.'}
      </p>
      {isTaken ? (
        <>
          <Named words="Counts now:" paths={pathsOf(reload, 'APPLIED')} />
          <Named words="Waits for a restart:" paths={pathsOf(reload, 'NEEDS_RESTART')} />
        </>
      ) : (
        <>
          <p>It has faults, so the one from before counts.</p>
          <ul className={styles['faults']}>
            {faults.map(({ source, line, column, path, message }) => (
              <li key={`${source} ${line} ${column} ${path} ${message}`}>
                <code>
                  <VisibleText text={line === null ? source : `${source}:${line}:${column}`} />
                </code>{' '}
                <VisibleText text={`${path} ${message}`.trim()} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
};
