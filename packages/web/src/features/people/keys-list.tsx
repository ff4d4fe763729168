import { IconKey } from '@tabler/icons-react';
import { formatAge } from '../../components/duration.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Pill } from '../../components/pill.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { environmentWord } from '../../vocabulary/environment-pill.tsx';
import { PrincipalChip } from '../../vocabulary/principal-chip.tsx';
import { Act } from './act-dialog.tsx';
import entries from '../../components/entries.module.css';
import { revokeApiKey, type Key } from './people-data.ts';

const dateOf = (text: string): string => new Date(text).toLocaleDateString();

const endOf = (key: Key, nowMs: number): { word: string; isOver: boolean } => {
  if (key.revokedAt !== null) return { word: `revoked ${dateOf(key.revokedAt)}`, isOver: true };
  if (key.expiresAt === null) return { word: 'no end', isOver: false };
  const isOver = Date.parse(key.expiresAt) <= nowMs;
  return { word: `${isOver ? 'expired' : 'until'} ${dateOf(key.expiresAt)}`, isOver };
};

const KeyRow = ({ apiKey, nowMs }: { apiKey: Key; nowMs: number }) => {
  const { word, isOver } = endOf(apiKey, nowMs);
  const lastUsed =
    apiKey.lastUsedAt === null
      ? 'never used'
      : `used ${formatAge(nowMs - Date.parse(apiKey.lastUsedAt))} ago`;
  const decides = apiKey.decidesIn.map(environmentWord).join(', ');
  return (
    <li data-disabled={isOver || undefined}>
      <div className={entries['who']}>
        <p className={entries['name']}>
          <PrincipalChip principal={apiKey.principal} />
          <VisibleText text={apiKey.name} />
          <code>{apiKey.prefix}…</code>
          {isOver ? <Pill>{word.split(' ')[0]}</Pill> : null}
        </p>
        <p className={entries['facts']}>
          {[word, lastUsed, decides === '' ? null : `decides in ${decides}`].filter(Boolean).join(' · ')}
        </p>
      </div>
      {isOver ? null : (
        <div className={entries['acts']}>
          <Act
            label="Revoke…"
            title={`Revoke the key ${apiKey.name}`}
            verb="Revoke"
            isDanger
            act={() => revokeApiKey({ apiKeyId: apiKey.id })}
          >
            <p>
              The next call with <code>{apiKey.prefix}…</code> is turned away, and its sockets close. A
              revoked key stays revoked.
            </p>
          </Act>
        </div>
      )}
    </li>
  );
};

/** Those that work first. */
export const KeysList = ({ keys }: { keys: readonly Key[] }) => {
  const nowMs = useServerNow();
  if (keys.length === 0) {
    return (
      <EmptyState icon={<IconKey size={20} aria-hidden />} title="No key yet">
        Agents and services call with a key. Add one of them, then make its key here.
      </EmptyState>
    );
  }
  const over = (key: Key): number => (endOf(key, nowMs).isOver ? 1 : 0);
  return (
    <ul className={entries['list']} aria-label="API keys">
      {keys
        .toSorted((a, b) => over(a) - over(b))
        .map((key) => (
          <KeyRow key={key.id} apiKey={key} nowMs={nowMs} />
        ))}
    </ul>
  );
};
