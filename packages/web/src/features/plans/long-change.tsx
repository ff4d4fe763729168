import { useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { FileDiffLines, type DiffHunk, type FileDiffProps } from '../../components/diff/file-diff.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { planLinesOptions, type FilePlace } from './plan-lines.ts';
import styles from './long-change.module.css';

export interface LongChangeProps {
  readonly file: FileDiffProps;
  readonly place: FilePlace;
  readonly planHash: string;
  readonly isSplit: boolean;
  /** So many of its lines have been on screen. */
  readonly readLines: number;
  readonly onRead: (lines: number, total: number) => void;
}

interface PartProps extends LongChangeProps {
  readonly after: string | null;
  /** What stands before this part. */
  readonly previous?: DiffHunk | undefined;
  readonly from: number;
}

/** Tells once that it is on screen. */
const End = ({ onSeen, words }: { onSeen: () => void; words: string }) => {
  const place = useRef<HTMLParagraphElement>(null);
  const seen = useEffectEvent(onSeen);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      seen();
    });
    if (place.current) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return (
    <p ref={place} className={styles['end']}>
      {words}
    </p>
  );
};

const oneSided =
  'What was there before is no text or too large to be shown: only what comes is. Its digests before and after stand in the findings.';

/** Each part comes once the end of the one before was on screen. */
const Part = (props: PartProps) => {
  const { file, place, planHash, isSplit, readLines, onRead, after, previous, from } = props;
  const { data, error, refetch } = useQuery(planLinesOptions(place, after));
  if (error) {
    return (
      <ErrorPanel title="These lines could not be loaded." error={error} onRetry={() => void refetch()} />
    );
  }
  if (!data) return <Skeleton width="100%" height={160} />;
  const plan = data.task?.plan;
  const part = plan?.hash === planHash ? plan.lines : null;
  if (!part) {
    return (
      <p className={styles['end']}>
        These lines cannot be read now, so the change cannot be approved.{' '}
        <Button size="small" onClick={() => void refetch()}>
          Try again
        </Button>
      </p>
    );
  }
  const count = part.hunks.reduce((sum, { lines }) => sum + lines.length, 0);
  const end = from + count;
  const words = part.hasNextPage
    ? `${end.toLocaleString('en')} of ${part.totalLines.toLocaleString('en')} lines`
    : `The end of ${part.totalLines.toLocaleString('en')} lines. ${part.hasBothSides ? '' : oneSided}`;
  return (
    <>
      {count > 0 ? (
        <FileDiffLines file={{ ...file, hunks: part.hunks }} isSplit={isSplit} previous={previous} />
      ) : null}
      <End onSeen={() => onRead(end, part.totalLines)} words={words} />
      {part.hasNextPage && readLines >= end ? (
        <Part {...props} after={part.endCursor} previous={part.hunks.at(-1)} from={end} />
      ) : null}
    </>
  );
};

/** A file's change that is too long to come with its plan, part by part as it is read. */
export const LongChange = (props: LongChangeProps) => <Part {...props} after={null} from={0} />;
