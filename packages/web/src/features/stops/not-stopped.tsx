import { Notice } from '../../components/notice.tsx';
import { graphqlLines } from '../../vocabulary/first-task.ts';
import styles from './stops.module.css';

const command = (mode: 'PAUSE' | 'HALT'): string =>
  `npm run -s countersign -- stop --mode ${mode} --reason "Emergency stop"`;

const call = (mode: 'PAUSE' | 'HALT'): string =>
  graphqlLines(location.origin, {
    query: `mutation{engageKillSwitch(input:{scope:{kind:TENANT},mode:${mode},reason:"Emergency stop"}){refusal{message}}}`,
  });

/** What to do where the server did not answer: nobody may believe that it is done. */
export const NotStopped = ({ failure, mode }: { failure: string; mode: 'PAUSE' | 'HALT' }) => (
  <Notice tone="red" isUrgent>
    <p className={styles['not-stopped']}>NOT STOPPED</p>
    <p>{failure}</p>
    <p>On the machine, also where no server runs:</p>
    <pre className={styles['command']} tabIndex={0}>
      {command(mode)}
    </pre>
    <p>Or, of each server whose home folder you reach:</p>
    <pre className={styles['command']} tabIndex={0}>
      {'echo \'kill_switch: 1\' > "$COUNTERSIGN_HOME/.orchestra.env"'}
    </pre>
    <p>Or from anywhere:</p>
    <pre className={styles['command']} tabIndex={0}>
      {call(mode)}
    </pre>
  </Notice>
);
