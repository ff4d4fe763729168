import { Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import type { Json } from '../../graphql/graphql.ts';
import { asRequestFailure } from '../../graphql/request-error.ts';
import styles from './policies.module.css';
import { draftPolicy, policiesOptions, type PoliciesNow } from './policies-data.ts';
import { SchemaField } from './schema-field.tsx';
import { withValue, type DataSchema } from './schema-values.ts';

const toBase64 = async (file: File): Promise<string> => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x80_00)
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x80_00)));
  return btoa(pieces.join(''));
};

/** Other data, other rules, or both, as a draft: nothing acts on it before it is published. */
export const DraftForm = ({ now }: { now: PoliciesNow }) => {
  const queryClient = useQueryClient();
  const [data, setData] = useState<Json>(now.data);
  const [bundle, setBundle] = useState<File | null>(null);
  const [note, setNote] = useState('');
  const drafting = useMutation({
    mutationFn: async () =>
      draftPolicy({
        note,
        ...(data === now.data ? {} : { data }),
        ...(bundle ? { bundle: await toBase64(bundle) } : {}),
      }),
    retry: false,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: policiesOptions().queryKey }),
  });
  const faults = drafting.data?.faults ?? [];
  const complaint =
    drafting.data?.complaint ?? (drafting.error ? asRequestFailure(drafting.error).message : null);
  const isUnchanged = data === now.data && !bundle;
  return (
    <form
      className={styles['stack']}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isUnchanged && note.trim() !== '') drafting.mutate();
      }}
    >
      <SchemaField
        schema={now.dataSchema as DataSchema}
        path={[]}
        value={data}
        faults={faults}
        onChange={(path, value) => setData((before) => withValue(before, path, value) as Json)}
      />
      <label className={styles['row']}>
        Rules, a signed bundle:
        <input
          type="file"
          accept=".gz,.tgz"
          onChange={({ currentTarget }) => setBundle(currentTarget.files?.[0] ?? null)}
        />
      </label>
      <Textarea
        label="What it changes and why"
        autosize
        minRows={2}
        value={note}
        onChange={({ currentTarget }) => setNote(currentTarget.value)}
      />
      {complaint ? (
        <Notice tone="red" isUrgent>
          {complaint}
        </Notice>
      ) : drafting.data ? (
        <Notice tone="green">It was drafted and checked: it stands among the versions.</Notice>
      ) : null}
      <div className={styles['row']}>
        <Button
          type="submit"
          look="primary"
          isBusy={drafting.isPending}
          aria-disabled={isUnchanged || note.trim() === ''}
        >
          Draft it
        </Button>
        {isUnchanged ? null : (
          <Button
            onClick={() => {
              setData(now.data);
              setBundle(null);
            }}
          >
            Back to what is in force
          </Button>
        )}
      </div>
    </form>
  );
};
