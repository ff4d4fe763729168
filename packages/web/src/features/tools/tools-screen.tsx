import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatDate } from '../../components/duration.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { JsonView } from '../../components/json-view.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import rows from '../../components/rows.module.css';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { dataSetWords, toolsOptions, type Tool } from './tools-data.ts';
import styles from './tools.module.css';

const ageOf = ({ reads, dataAsOf }: Tool): string => {
  if (reads.length === 0) return 'reckons with its input';
  return dataAsOf === null ? 'not all of it was imported' : `data of ${formatDate(dataAsOf)}`;
};

const callsOf = ({ calls, refusedCalls }: Tool): string => {
  if (calls === 0) return 'not called';
  const times = `${calls} ${calls === 1 ? 'call' : 'calls'}`;
  return refusedCalls === 0 ? times : `${times}, ${refusedCalls} refused`;
};

const ToolRow = ({ tool }: { tool: Tool }) => (
  <li>
    <details className={styles['tool']}>
      <summary>
        <span>
          <b>{tool.title}</b> <code>{tool.name}</code>
        </span>
        <span>{tool.reads.map((one) => dataSetWords[one]).join(', ')}</span>
        <span className="muted">{ageOf(tool)}</span>
        <span className="muted">{callsOf(tool)}</span>
      </summary>
      <div className={rows['whole']}>
        <p>{tool.description}</p>
        <p className="muted">
          {tool.lastCalledAt === null ? '' : `Called last ${formatDate(tool.lastCalledAt)}. `}
          At most {(tool.timeMs / 1_000).toLocaleString('en')} s for a call.
        </p>
        <JsonView label="What it takes" value={tool.inputSchema} />
      </div>
    </details>
  </li>
);

/** What agents may look up, what that rests on, and how often they did. */
export const ToolsScreen = () => {
  const { data, error, refetch } = useQuery(toolsOptions());
  return (
    <Page
      title="Tools"
      width={1100}
      about="What agents look things up with. Tools can only read; what they find goes into a plan, which is decided on as every plan is."
    >
      <p>
        <Link to="/inventory" className="in-text">
          Inventory
        </Link>{' '}
        ·{' '}
        <Link to="/agents" className="in-text">
          Agents
        </Link>
      </p>
      <Panel title="Tools" isFlush aside={data ? `${data.tools.length}` : null}>
        {error && !data ? (
          <ErrorPanel title="The tools could not be loaded." error={error} onRetry={() => void refetch()} />
        ) : data ? (
          <ul className={rows['rows']} aria-label="Tools">
            {data.tools.map((tool) => (
              <ToolRow key={tool.name} tool={tool} />
            ))}
          </ul>
        ) : (
          <SkeletonRows count={8} height={40} />
        )}
      </Panel>
    </Page>
  );
};
