import { IconAlertTriangle, IconLock } from '@tabler/icons-react';
import { VisibleText } from '../visible-text.tsx';
import { hostWarning, prettyBody, splitUrl } from './http-request.ts';
import styles from './http-request-diff.module.css';

export interface HttpRequestProps {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string; readonly isSecret: boolean }[];
  readonly body: string | null;
}

const Headers = ({ headers }: Pick<HttpRequestProps, 'headers'>) => (
  <dl className={styles['headers']}>
    {headers.map(({ name, value, isSecret }, index) => (
      <div key={index}>
        <dt>
          <VisibleText text={name} />
        </dt>
        <dd>
          {isSecret ? (
            <span className={styles['secret']}>
              <IconLock size={12} aria-hidden /> <VisibleText text={value} />{' '}
              <span className={styles['hint']}>secret of this name, filled in on the server</span>
            </span>
          ) : (
            <VisibleText text={value} />
          )}
        </dd>
      </div>
    ))}
  </dl>
);

/** A request as it will be sent: where to, with which headers, and what. */
export const HttpRequestLines = ({ request }: { request: HttpRequestProps }) => {
  const { origin, rest } = splitUrl(request.url);
  const warning = hostWarning(request.url);
  return (
    <div className={styles['request']} data-change>
      <p className={styles['url']}>
        <b>
          <VisibleText text={origin} isBreakable />
        </b>
        <VisibleText text={rest} isBreakable />
      </p>
      {warning ? (
        <p className={styles['warning']}>
          <IconAlertTriangle size={14} aria-hidden /> {warning}
        </p>
      ) : null}
      {request.headers.length > 0 ? <Headers headers={request.headers} /> : null}
      {request.body === null || request.body === '' ? (
        <p className={styles['none']}>No body.</p>
      ) : (
        <pre className={styles['body']} tabIndex={0} aria-label="Request body">
          <VisibleText text={prettyBody(request.body)} />
        </pre>
      )}
    </div>
  );
};
