import { IconArrowBackUp, IconCircleCheck, IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Button } from '../../../components/button.tsx';
import { DrainingBar } from '../../../components/draining-bar.tsx';
import { formatDuration } from '../../../components/duration.ts';
import { Kbd } from '../../../components/kbd.tsx';
import { useFineServerNow } from '../../../components/use-now.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import styles from './action-bar.module.css';
import type { BarState } from './bar-state.ts';
import type { Composed } from '../decide/composer.tsx';
import { lateWords, useIsLate } from '../decide/use-is-late.ts';

export interface ActionBarProps {
  readonly state: BarState;
  readonly undoWindowMs: number;
  readonly isProduction: boolean;
  readonly isSending: boolean;
  /** False for a moment after anything under the buttons changed. */
  readonly isArmed: boolean;
  readonly onApprove: () => void;
  readonly onCompose: (what: Composed) => void;
  readonly onWithdraw: () => void;
  readonly onReviewNext: (id: string) => void;
  readonly after?: ReactNode;
}

const Undo = ({ isSending, isArmed, onWithdraw }: ActionBarProps) => (
  <Button
    size="large"
    icon={<IconArrowBackUp size={16} aria-hidden />}
    after={<Kbd keys="Z" />}
    isBusy={isSending}
    // It may stand where Approve stood: the second half of a double click is not meant for it.
    aria-disabled={!isArmed}
    aria-keyshortcuts="Z"
    onClick={onWithdraw}
  >
    Undo
  </Button>
);

const Held = ({ state, props }: { state: Extract<BarState, { kind: 'held' }>; props: ActionBarProps }) => {
  const nowMs = useFineServerNow();
  const secondsLeft = Math.max(0, Math.ceil((state.effectiveAtMs - nowMs) / 1_000));
  return (
    <>
      {state.canWithdraw ? <Undo {...props} /> : null}
      <p className={styles['sentence']} data-tone="held">
        <span>
          <VisibleText text={state.words} />. Runs in {secondsLeft} s.
        </span>
      </p>
      <DrainingBar
        fromMs={state.effectiveAtMs - props.undoWindowMs}
        untilMs={state.effectiveAtMs}
        nowMs={nowMs}
      />
    </>
  );
};

/** What can be done besides approving, each with its key. */
const others = [
  ['reject', 'R', 'Reject…'],
  ['edit', 'E', 'Edit…'],
  ['ask', 'C', 'Ask…'],
] as const;

const Open = ({ state, props }: { state: Extract<BarState, { kind: 'open' }>; props: ActionBarProps }) => {
  const isLate = useIsLate(props.isSending);
  const isDead = state.lock !== null || !props.isArmed;
  return (
    <>
      {state.lock === null ? (
        <Button
          look="primary"
          size="large"
          className={styles['approve'] ?? ''}
          icon={<IconCircleCheck size={17} stroke={1.9} aria-hidden />}
          after={<Kbd keys="⇧A" isOnPrimary />}
          isBusy={props.isSending}
          aria-disabled={isDead}
          aria-keyshortcuts="Shift+A"
          onClick={props.onApprove}
        >
          <span className={styles['words']} data-sending={props.isSending || undefined}>
            <span>{state.approveLabel}</span>
            {props.isSending ? <span>Sending…</span> : null}
          </span>
        </Button>
      ) : null}
      {state.canReject
        ? others.map(([what, keys, words]) => (
            <Button
              key={what}
              size="large"
              className={styles['other'] ?? ''}
              after={<Kbd keys={keys} />}
              aria-disabled={!props.isArmed || props.isSending}
              aria-keyshortcuts={keys}
              onClick={() => props.onCompose(what)}
            >
              {words}
            </Button>
          ))
        : null}
      {state.lock === null ? (
        <p className={styles['undo']} role={isLate ? 'status' : undefined}>
          {isLate || state.caution !== null ? null : <IconArrowBackUp size={14} aria-hidden />}
          {isLate
            ? lateWords
            : (state.caution ??
              (props.undoWindowMs === 0
                ? 'Runs at once: there is no undo'
                : `${formatDuration(props.undoWindowMs).replace('.00', '').replace('.0', '')} to undo after you approve`))}
        </p>
      ) : (
        <p className={styles['sentence']}>
          <IconLock size={15} aria-hidden /> {state.lock}
        </p>
      )}
    </>
  );
};

const Body = (props: ActionBarProps) => {
  const { state } = props;
  switch (state.kind) {
    case 'open':
      return <Open state={state} props={props} />;
    case 'held':
      return <Held state={state} props={props} />;
    case 'given':
      return (
        <>
          <Undo {...props} />
          <p className={styles['sentence']}>{state.words}</p>
        </>
      );
    case 'superseded': {
      const { nextId, revision } = state;
      return (
        <>
          {nextId === null ? null : (
            <Button
              size="large"
              look="primary"
              aria-disabled={!props.isArmed}
              onClick={() => props.onReviewNext(nextId)}
            >
              Review rev {revision}
            </Button>
          )}
          <p className={styles['sentence']}>
            {revision === null
              ? 'Replaced by a newer revision, which nobody has to decide.'
              : 'Replaced: this revision can no longer be decided.'}
          </p>
        </>
      );
    }
    case 'sentence':
      return (
        <p className={styles['sentence']}>
          <VisibleText text={state.words} />
        </p>
      );
  }
};

/** Always at the foot, never moving: what can be done, and what doing it means. */
export const ActionBar = (props: ActionBarProps) => (
  <footer
    className={styles['bar']}
    data-production={(props.isProduction && props.state.kind === 'open') || undefined}
    aria-label="Decision"
  >
    <Body {...props} />
    {props.after}
  </footer>
);
