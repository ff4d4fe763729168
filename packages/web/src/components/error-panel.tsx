import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import { asRequestFailure, type RequestFailure } from '../graphql/request-error.ts';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import styles from './error-panel.module.css';

/** Seconds until a refused request may be made again; counts down to 0. */
const useSecondsLeft = (failure: RequestFailure): number => {
  const [left, setLeft] = useState(Math.ceil((failure.retryAfterMs ?? 0) / 1_000));
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  return left;
};

export interface ErrorPanelProps {
  /** What could not be done: "The tasks could not be loaded." */
  readonly title: string;
  readonly error: unknown;
  readonly onRetry?: () => void;
  readonly children?: ReactNode;
}

/** In place of the one panel that failed: what failed, the code, the request to ask about, and a way on. */
export const ErrorPanel = ({ title, error, onRetry, children }: ErrorPanelProps) => {
  const failure = asRequestFailure(error);
  const secondsLeft = useSecondsLeft(failure);
  return (
    <div className={styles['panel']} role="alert">
      <IconAlertTriangle size={18} stroke={1.75} className={styles['icon']} aria-hidden />
      <div className={styles['words']}>
        <p className={styles['title']}>{title}</p>
        <p className={styles['message']}>{failure.message}</p>
        <p className={styles['facts']}>
          <code>{failure.code}</code>
          {failure.requestId === null ? null : (
            <>
              <span>request</span>
              <code>{failure.requestId}</code>
              <CopyButton value={failure.requestId} label="Copy request id" />
            </>
          )}
        </p>
        {children}
      </div>
      {onRetry ? (
        <Button
          size="small"
          icon={<IconRefresh size={14} aria-hidden />}
          aria-disabled={secondsLeft > 0}
          onClick={onRetry}
        >
          {secondsLeft > 0 ? `Retry in ${secondsLeft} s` : 'Retry'}
        </Button>
      ) : null}
    </div>
  );
};
