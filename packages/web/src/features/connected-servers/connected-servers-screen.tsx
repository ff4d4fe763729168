import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatAgo, formatDate } from '../../components/duration.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { JsonView } from '../../components/json-view.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Pill } from '../../components/pill.tsx';
import rows from '../../components/rows.module.css';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import {
  connectedServersOptions,
  stateWords,
  type ConnectedServer,
  type ConnectedTool,
} from './connected-servers-data.ts';
import styles from './connected-servers.module.css';

const callsOf = ({ calls, failedCalls }: ConnectedTool): string => {
  if (calls === 0) return 'not called lately';
  const times = `${calls} ${calls === 1 ? 'call' : 'calls'}`;
  return failedCalls === 0 ? times : `${times}, ${failedCalls} failed`;
};

const ToolRow = ({ tool }: { tool: ConnectedTool }) => (
  <li>
    <details className={styles['tool']}>
      <summary>
        <span>
          <b>{tool.name}</b>
        </span>
        <span className={styles['marks']}>
          <Pill isOutlined>{tool.reads ? 'only looks' : 'writes'}</Pill>
          {tool.isOffered === false ? <Pill tone="amber">its server has none</Pill> : null}
          {tool.changedAt === null ? null : <Pill tone="amber">changed</Pill>}
        </span>
        <span className="muted">{callsOf(tool)}</span>
        <span className="muted">
          {tool.lastCalledAt === null ? '' : `last ${formatDate(tool.lastCalledAt)}`}
        </span>
      </summary>
      <div className={rows['whole']}>
        <p>
          Agents call it as <code>{tool.callName}</code>.
        </p>
        {tool.changedAt === null ? null : (
          <p>
            What its server says of it became something else: seen {formatDate(tool.changedAt)}. Look at it
            before you approve calls of it.
          </p>
        )}
        {tool.description === '' ? null : (
          <blockquote className={styles['said']} aria-label={`What the server says of ${tool.name}`}>
            <VisibleText text={tool.description} />
          </blockquote>
        )}
        {tool.lastError === null ? null : (
          <p>
            The last call that failed: <VisibleText text={tool.lastError} />
          </p>
        )}
        <JsonView label="What it takes, as its server says" value={tool.inputSchema} />
      </div>
    </details>
  </li>
);

const ServerPanel = ({ server }: { server: ConnectedServer }) => {
  const nowMs = useServerNow();
  const [tone, words] = stateWords[server.state];
  return (
    <Panel
      title={server.name}
      isFlush
      aside={
        <>
          {server.askedAt === null ? null : (
            <span className="muted">asked {formatAgo(nowMs - Date.parse(server.askedAt))}</span>
          )}
          <Pill tone={tone}>{words}</Pill>
        </>
      }
    >
      <p className={styles['place']}>
        <code>{server.url}</code>
      </p>
      {server.error === null ? null : (
        <p className={styles['place']} role="status">
          <VisibleText text={server.error} />
        </p>
      )}
      <ul className={rows['rows']} aria-label={`Tools of ${server.name}`}>
        {server.tools.map((tool) => (
          <ToolRow key={tool.name} tool={tool} />
        ))}
      </ul>
    </Panel>
  );
};

/** Other servers whose tools agents call through here: whether they answer, what they offer, what became of calls. */
export const ConnectedServersScreen = () => {
  const { data, error, refetch } = useQuery(connectedServersOptions());
  return (
    <Page
      title="Connected servers"
      width={1100}
      about="MCP servers of others whose tools agents call through here. Each call is a task: planned, decided by policy, approved where it must be, and recorded. What a server says of its tools decides nothing."
    >
      {error && !data ? (
        <ErrorPanel
          title="The connected servers could not be loaded."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : data ? (
        <>
          {data.connectedServers.map((server) => (
            <ServerPanel key={`${server.platform}/${server.name}`} server={server} />
          ))}
          {data.connectedServers.length === 0 ? (
            <EmptyState title="No server is connected">
              <p>
                Name it under <code>mcpServers</code> in config.json, with the tools that may be called, and
                give agents the address of this one instead. <Link to="/executors">Executors</Link> shows what
                else tasks act on.
              </p>
            </EmptyState>
          ) : null}
        </>
      ) : (
        <SkeletonRows count={4} height={60} />
      )}
    </Page>
  );
};
