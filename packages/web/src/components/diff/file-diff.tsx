import { memo, useMemo } from 'react';
import { VisibleText } from '../visible-text.tsx';
import { splitLines, unifiedLines, type DiffLine, type LinePair, type MarkedLine } from './diff-lines.ts';
import styles from './file-diff.module.css';

export interface DiffHunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly DiffLine[];
}

export interface FileDiffProps {
  readonly path: string;
  readonly change: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly additions: number;
  readonly deletions: number;
  readonly hunks: readonly DiffHunk[];
  readonly isBinary: boolean;
  readonly isTruncated: boolean;
}

/** So many lines share one box that the browser may leave unpainted while it is out of sight. */
const linesPerChunk = 100;
const lineHeightPx = 20;

const signs = { CONTEXT: ' ', ADD: '+', REMOVE: '−' } as const;
const spoken = { CONTEXT: '', ADD: 'added: ', REMOVE: 'removed: ' } as const;

const Text = ({ line }: { line: MarkedLine }) =>
  line.words ? (
    line.words.map((word, index) =>
      word.isChanged ? (
        <mark key={index} className={styles['word']}>
          <VisibleText text={word.text} />
        </mark>
      ) : (
        <VisibleText key={index} text={word.text} />
      ),
    )
  ) : (
    <VisibleText text={line.text} />
  );

const Cell = ({ line, number }: { line: MarkedLine; number: number | null }) => (
  <>
    <span className={styles['number']} aria-hidden>
      {number}
    </span>
    <span className={styles['sign']} aria-hidden>
      {signs[line.kind]}
    </span>
    <span className={styles['text']}>
      {line.kind === 'CONTEXT' ? null : <span className="visually-hidden">{spoken[line.kind]}</span>}
      <Text line={line} />
      {line.isUnterminated ? <i className="muted"> no line end</i> : null}
    </span>
  </>
);

const UnifiedLine = memo(({ line }: { line: MarkedLine }) => (
  <div className={styles['line']} data-kind={line.kind} data-change={line.startsChange || undefined}>
    <Cell line={line} number={line.kind === 'REMOVE' ? line.oldNumber : line.newNumber} />
  </div>
));
UnifiedLine.displayName = 'UnifiedLine';

const Half = ({ line, side }: { line: MarkedLine | null; side: 'left' | 'right' }) => (
  <div
    className={styles['line']}
    data-kind={line?.kind ?? 'NONE'}
    data-change={line?.startsChange || undefined}
  >
    {line ? <Cell line={line} number={side === 'left' ? line.oldNumber : line.newNumber} /> : null}
  </div>
);

const SplitLine = memo(({ pair }: { pair: LinePair }) => (
  <div className={styles['pair']}>
    <Half line={pair.left} side="left" />
    <Half line={pair.right} side="right" />
  </div>
));
SplitLine.displayName = 'SplitLine';

const chunked = <Item,>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / linesPerChunk) }, (_, index) =>
    items.slice(index * linesPerChunk, (index + 1) * linesPerChunk),
  );

const Hunk = memo(({ hunk, isSplit }: { hunk: DiffHunk; isSplit: boolean }) => {
  const chunks = useMemo(
    () =>
      isSplit
        ? chunked(splitLines(hunk.lines)).map((pairs) => ({
            length: pairs.length,
            rows: pairs.map((pair, index) => <SplitLine key={index} pair={pair} />),
          }))
        : chunked(unifiedLines(hunk.lines)).map((lines) => ({
            length: lines.length,
            rows: lines.map((line, index) => <UnifiedLine key={index} line={line} />),
          })),
    [hunk, isSplit],
  );
  if (chunks.length === 1) return chunks[0]?.rows;
  return chunks.map(({ length, rows }, index) => (
    <div
      key={index}
      className={styles['chunk']}
      style={{ containIntrinsicSize: `auto ${length * lineHeightPx}px` }}
    >
      {rows}
    </div>
  ));
});
Hunk.displayName = 'Hunk';

const skippedBefore = (hunk: DiffHunk, previous: DiffHunk | undefined): number => {
  return previous ? hunk.newStart - previous.newStart - previous.newLines : Math.max(0, hunk.newStart - 1);
};

const Skipped = ({ count }: { count: number }) =>
  count > 0 ? (
    <div className={styles['skipped']}>
      <span aria-hidden>⋯</span> {count} unchanged {count === 1 ? 'line' : 'lines'}
    </div>
  ) : null;

/** The lines of one file's change. Long lines wrap: nothing can hide beyond the right edge. */
export const FileDiffLines = ({
  file,
  isSplit,
  previous,
}: {
  file: FileDiffProps;
  isSplit: boolean;
  /** Where this is a part of a change: the hunk before it. */
  previous?: DiffHunk | undefined;
}) => {
  if (file.isBinary) return <p className={styles['note']}>A binary file; its bytes are not shown.</p>;
  if (file.hunks.length === 0 && file.isTruncated) {
    return <p className={styles['note']}>Too long to show as a diff.</p>;
  }
  if (file.hunks.length === 0) {
    return (
      <p className={styles['note']}>{file.change === 'CREATE' ? 'An empty file.' : 'No line changes.'}</p>
    );
  }
  return (
    <div className={styles['lines']} data-split={isSplit || undefined}>
      {file.hunks.map((hunk, index) => (
        <div key={`${hunk.oldStart}-${hunk.newStart}`}>
          <Skipped count={skippedBefore(hunk, file.hunks[index - 1] ?? previous)} />
          <Hunk hunk={hunk} isSplit={isSplit} />
        </div>
      ))}
    </div>
  );
};
