import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Json } from '../../graphql/graphql.ts';
import { asRequestFailure } from '../../graphql/request-error.ts';
import styles from './policies.module.css';
import { recordedInput, testPolicy, type Version } from './policies-data.ts';

const inForce = 'What decides now';

/** Rules asked about a plan, recorded or made up, and the whole way of their decision. */
export const PolicyTester = ({ versions }: { versions: readonly Version[] }) => {
  const [taskId, setTaskId] = useState('');
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(inForce);
  const picking = useMutation({
    mutationFn: () => recordedInput(taskId.trim()),
    retry: false,
    onSuccess: (input) => setText(input === null ? '' : JSON.stringify(input, null, 2)),
  });
  const asking = useMutation({
    mutationFn: () => {
      const version = versions.find(({ number }) => `Version ${number}` === chosen);
      return testPolicy({ versionId: version?.id ?? null, input: JSON.parse(text) as Json });
    },
    retry: false,
  });
  const complaint =
    picking.data === null
      ? 'Nothing was decided about such a task.'
      : picking.error
        ? asRequestFailure(picking.error).message
        : null;
  return (
    <div className={styles['stack']}>
      <div className={styles['add']}>
        <TextInput
          label="A task whose input is taken"
          value={taskId}
          onChange={({ currentTarget }) => setTaskId(currentTarget.value)}
          error={complaint}
        />
        <Button size="small" isBusy={picking.isPending} onClick={() => picking.mutate()}>
          Take it
        </Button>
      </div>
      <Textarea
        label="Input"
        autosize
        minRows={4}
        maxRows={20}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <div className={styles['row']}>
        <NativeSelect
          aria-label="Which rules"
          data={[inForce, ...versions.map(({ number }) => `Version ${number}`)]}
          value={chosen}
          onChange={({ currentTarget }) => setChosen(currentTarget.value)}
        />
        <Button
          look="primary"
          isBusy={asking.isPending}
          aria-disabled={text === ''}
          onClick={() => asking.mutate()}
        >
          Ask
        </Button>
      </div>
      {asking.error ? <p role="alert">{asRequestFailure(asking.error).message}</p> : null}
      {asking.data ? (
        <section aria-label="What they say" className={styles['stack']}>
          <p>
            <strong>{asking.data.outcome}</strong> <VisibleText text={asking.data.fault ?? ''} />
          </p>
          <ol className={styles['list']}>
            {asking.data.trace.map(({ layer, rule, verdict, message }) => (
              <li key={`${layer} ${rule ?? ''} ${message}`}>
                <span className="muted">
                  {layer} {verdict} {rule === null ? null : <VisibleText text={rule} />}
                </span>{' '}
                <VisibleText text={message} />
              </li>
            ))}
          </ol>
        </section>
      ) : null}
    </div>
  );
};
