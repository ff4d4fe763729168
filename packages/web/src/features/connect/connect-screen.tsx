import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { CodeBlock } from '../../components/code-block.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { freshId } from '../../components/fresh-id.ts';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import {
  firstTaskOf,
  unknownRepository,
  whatIMayUseOptions,
  type WhatIMayUse,
} from '../../vocabulary/first-task.ts';
import styles from './connect.module.css';
import { doorsOf, schemaAddress, whatMyKeyMayUse, type Door } from './door-lines.ts';
import { KeyWords } from './key-words.tsx';
import { ReachList } from './reach-list.tsx';

const Served = ({ address, children }: { address: string; children: ReactNode }) => (
  <a href={address} target="_blank" rel="noreferrer" className="in-text">
    {children}
  </a>
);

const DocumentName = ({ name }: { name: string }) =>
  name.startsWith('/') ? (
    <Served address={name}>
      <code>{name}</code>
    </Served>
  ) : (
    <code>{name}</code>
  );

const DoorPanel = ({ door: { title, about, document, blocks } }: { door: Door }) => (
  <Panel title={title} aside={<DocumentName name={document} />}>
    <div className={styles['door']}>
      <p className="muted">{about}</p>
      {blocks.map(({ label, text }) => (
        <CodeBlock key={label} label={label} text={text} />
      ))}
    </div>
  </Panel>
);

/** Why the lines do not work as they stand, for whoever looks at them. */
const MissingReach = ({ use }: { use: WhatIMayUse }) =>
  JSON.stringify(firstTaskOf(use, '')).includes(unknownRepository) ? (
    <Notice tone="amber">
      {use.viewer.canSubmit
        ? 'No repository is configured that tasks may change.'
        : 'You may not submit tasks yourself: the lines are for the key of an agent, a service or a person who may.'}{' '}
      Put what the key may use in the place of <code>{unknownRepository}</code>; the last line below asks for
      it.
    </Notice>
  ) : null;

/** The lines by which whoever is signed in reaches this installation from elsewhere. */
export const ConnectLines = ({ use, origin, id }: { use: WhatIMayUse; origin: string; id: string }) => (
  <>
    <Facts className={styles['facts']}>
      <Fact label="Address" value={origin} />
      <Fact
        label="Tenant"
        value={
          <span className={styles['tenant']}>
            <VisibleText text={use.viewer.tenant.name} />
            <CopyButton value={use.viewer.tenant.id} label="Copy tenant id" />
          </span>
        }
      >
        {use.viewer.tenant.id}
      </Fact>
      <Fact label="What is there" value={<ApiLinks />} />
    </Facts>
    <KeyWords canAdminister={use.viewer.canAdminister} />
    <MissingReach use={use} />
    {doorsOf(use, origin, id).map((door) => (
      <DoorPanel key={door.title} door={door} />
    ))}
    <Panel title="What you may use" aside={<DocumentName name="docs/concepts/access.md" />}>
      <div className={styles['door']}>
        <ReachList use={use} />
        <p className="muted">Another key may use something else. It asks for itself:</p>
        <CodeBlock label="Ask what a key may use" text={whatMyKeyMayUse(origin)} />
      </div>
    </Panel>
  </>
);

const ApiLinks = () => (
  <span className={styles['links']}>
    <Served address="/openapi">REST, operation by operation</Served>
    <Served address="/openapi.json">OpenAPI document</Served>
    <Served address={schemaAddress}>GraphQL schema</Served>
  </span>
);

export const ConnectScreen = () => {
  const { data, error, refetch } = useQuery(whatIMayUseOptions());
  const [id] = useState(() => freshId().slice(0, 8));
  return (
    <Page
      title="API"
      width={960}
      about="Lines to copy for every way in. Those that submit with a key ask for the same first task, under the same idempotency key: whichever comes first makes it, and a person is asked before anything of it runs. What stands beside a title says the rest: a file of the checkout, or a document of this server."
    >
      {error && !data ? (
        <ErrorPanel
          title="What you may use could not be loaded."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : data ? (
        <ConnectLines use={data} origin={window.location.origin} id={id} />
      ) : (
        <SkeletonRows count={6} height={120} />
      )}
    </Page>
  );
};
