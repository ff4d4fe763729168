import { IconArrowRight } from '@tabler/icons-react';
import { lazy, Suspense, type ReactNode } from 'react';
import { DiffCard } from '../../components/diff/diff-card.tsx';
import { FieldDiffLines } from '../../components/diff/field-diff.tsx';
import { FileDiffLines, type FileDiffProps } from '../../components/diff/file-diff.tsx';
import { HttpRequestLines } from '../../components/diff/http-request-diff.tsx';
import { Pill, type Tone } from '../../components/pill.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { PlanDiff } from '../../graphql/plan-fragments.ts';
import type { PlacedDiff } from './change-order.ts';
import styles from './diff-view.module.css';

// Most plans are of files, requests and fields.
const BlockLines = lazy(() =>
  import('../../components/diff/block-lines.tsx').then((m) => ({ default: m.BlockLines })),
);

const fileWords = { CREATE: 'create', UPDATE: 'update', DELETE: 'delete' } as const;
const fileTones: Readonly<Record<keyof typeof fileWords, Tone>> = {
  CREATE: 'green',
  UPDATE: 'grey',
  DELETE: 'red',
};

const NamedTitle = ({ word, name, diff }: { word: string; name: string; diff: PlanDiff }) => (
  <>
    <Pill tone={diff.isDestructive ? 'red' : 'grey'}>{word}</Pill>{' '}
    <b className={styles['path']}>
      <VisibleText text={name} />
    </b>
  </>
);

const Title = ({ diff }: { diff: PlanDiff }) => {
  switch (diff.__typename) {
    case 'FileDiff':
      return (
        <>
          <Pill tone={fileTones[diff.change]}>{fileWords[diff.change]}</Pill>{' '}
          <b className={styles['path']}>
            <VisibleText text={diff.path} />
          </b>
        </>
      );
    case 'HttpRequestDiff':
      return (
        <>
          <Pill tone={diff.method.toUpperCase() === 'DELETE' ? 'red' : 'grey'}>
            {diff.method.toUpperCase()}
          </Pill>{' '}
          <b className={styles['path']}>
            <VisibleText text={hostOf(diff.url)} />
          </b>
        </>
      );
    case 'FieldDiff':
      return <NamedTitle word={fieldWord(diff)} name={diff.fieldPath} diff={diff} />;
    case 'MessageDiff':
      return <NamedTitle word={diff.text === null ? 'take back' : 'message'} name={diff.to} diff={diff} />;
    case 'PermissionDiff':
      return <NamedTitle word={diff.act.toLowerCase()} name={diff.subject} diff={diff} />;
    case 'TableDiff':
      return <NamedTitle word="table" name={diff.title} diff={diff} />;
    case 'DeletionsDiff':
      return <NamedTitle word="delete" name={diff.title} diff={diff} />;
    case 'GraphDiff':
      return <NamedTitle word="graph" name={diff.title} diff={diff} />;
  }
};

/** A text that was not there before is new, and does not stand in the place of anything. */
const fieldWord = ({ before, after }: { before?: unknown; after?: unknown }): string => {
  const kind = typeof (after ?? before) === 'string' ? 'text' : 'field';
  if (before === null || before === undefined) return `new ${kind}`;
  return after === null || after === undefined ? `${kind} removed` : kind;
};

const hostOf = (url: string): string => {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
};

const Counts = ({ diff }: { diff: PlanDiff }) => {
  if (diff.__typename === 'HttpRequestDiff') {
    return (
      <span className={styles['counts']}>
        <IconArrowRight size={13} aria-hidden /> sent once
      </span>
    );
  }
  if (diff.__typename !== 'FileDiff' || diff.isBinary) return null;
  return (
    <span className={styles['counts']}>
      <span className={styles['added']}>+{diff.additions.toLocaleString('en')}</span>
      <span className={styles['removed']}>−{diff.deletions.toLocaleString('en')}</span>
    </span>
  );
};

const Lines = ({ diff, isSplit, long }: Pick<DiffViewProps, 'isSplit' | 'long'> & { diff: PlanDiff }) => {
  switch (diff.__typename) {
    case 'FileDiff':
      return diff.isTruncated ? long(diff) : <FileDiffLines file={diff} isSplit={isSplit} />;
    case 'HttpRequestDiff':
      return <HttpRequestLines request={diff} />;
    case 'FieldDiff':
      return <FieldDiffLines before={diff.before} after={diff.after} />;
    default:
      return (
        <Suspense fallback={<Skeleton width="100%" height={60} />}>
          <BlockLines block={diff} />
        </Suspense>
      );
  }
};

export interface DiffViewProps {
  readonly placed: PlacedDiff;
  readonly isSplit: boolean;
  /** Shows a file whose lines did not all come with the plan. */
  readonly long: (file: FileDiffProps) => ReactNode;
  readonly isViewed: boolean;
  readonly onViewedChange: (key: string, isViewed: boolean) => void;
}

/** One change in the way that suits its kind. */
export const DiffView = ({ placed, isSplit, long, isViewed, onViewedChange }: DiffViewProps) => (
  <DiffCard
    title={<Title diff={placed.diff} />}
    aside={<Counts diff={placed.diff} />}
    isDestructive={placed.isDestructive}
    isViewed={isViewed}
    onViewedChange={(next) => onViewedChange(placed.key, next)}
  >
    <Lines diff={placed.diff} isSplit={isSplit} long={long} />
  </DiffCard>
);
