import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { CodeBlock } from '../../components/code-block.tsx';
import { freshId } from '../../components/fresh-id.ts';
import { firstTaskOf, submitOverGraphql, whatIMayUseOptions } from '../../vocabulary/first-task.ts';
import styles from './first-task.module.css';

/** How the first task comes to be: a call that can be pasted into a terminal. */
export const FirstTask = () => {
  const { data } = useQuery(whatIMayUseOptions());
  const [id] = useState(() => freshId().slice(0, 8));
  return (
    <div className={styles['first']}>
      <h2>No task yet</h2>
      <p className="muted">
        Agents submit tasks over the API. The terminal of <code>npm start</code> shows an agent’s key and a
        ready line;{' '}
        <Link to="/connect" className="in-text">
          API
        </Link>{' '}
        has lines for REST, the SDK, MCP and the command line too. Or{' '}
        <Link to="/ask" className="in-text">
          ask for something in words
        </Link>
        .
      </p>
      {data ? (
        <CodeBlock
          label="API call that creates a task"
          text={submitOverGraphql(window.location.origin, firstTaskOf(data, id))}
        />
      ) : null}
    </div>
  );
};
