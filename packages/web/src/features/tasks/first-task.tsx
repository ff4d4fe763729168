import { Link } from '@tanstack/react-router';
import { CopyButton } from '../../components/copy-button.tsx';
import styles from './first-task.module.css';

const command = (origin: string): string => `curl ${origin}/graphql \\
  -H "authorization: Bearer $COUNTERSIGN_AGENT_KEY" \\
  -H "content-type: application/json" \\
  -d '{
    "query": "mutation Submit($input: ExecuteTaskInput!) { executeTask(input: $input) { task { id status } refusal { code message } } }",
    "variables": { "input": {
      "idempotencyKey": "first-task",
      "goal": "Greet whoever opens the demo repository",
      "actions": [{ "type": "repo.commit", "params": {
        "repository": "demo", "branch": "main", "message": "Add a greeting",
        "files": [{ "path": "GREETING.md", "content": "Hello.\\n" }]
      } }]
    } }
  }'`;

/** How the first task comes to be: a call that can be pasted into a terminal. */
export const FirstTask = () => {
  const text = command(window.location.origin);
  return (
    <div className={styles['first']}>
      <h2>No task yet</h2>
      <p className="muted">
        Agents submit tasks over the API. The terminal of <code>npm start</code> shows an agent’s key and a
        ready line; this is its shape. Or{' '}
        <Link to="/ask" className="in-text">
          ask for something in words
        </Link>
        .
      </p>
      <div className={styles['frame']}>
        <pre tabIndex={0} aria-label="API call that creates a task">
          {text}
        </pre>
        <span className={styles['copy']}>
          <CopyButton value={text} label="Copy the call" />
        </span>
      </div>
    </div>
  );
};
