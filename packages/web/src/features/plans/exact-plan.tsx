import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { JsonView } from '../../components/json-view.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import type { Plan } from '../../graphql/plan-fragments.ts';
import styles from './exact-plan.module.css';
import { planDocumentOptions } from './plan-document.ts';
import { isDocumentOf, parsedDocument } from './verify-plan.ts';

const Verified = ({ hash, document }: { hash: string; document: string }) => {
  const [isRight, setRight] = useState<boolean | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void isDocumentOf(hash, document).then((answer) => {
      if (isCurrent) setRight(answer);
    });
    return () => {
      isCurrent = false;
    };
  }, [hash, document]);
  if (isRight === null) return null;
  return isRight ? (
    <p className={styles['verified']}>
      <IconCircleCheck size={15} stroke={1.9} aria-hidden /> This browser hashed these bytes: they are what
      the approval names.
    </p>
  ) : (
    <p className={styles['wrong']} role="alert">
      <IconAlertTriangle size={15} stroke={1.9} aria-hidden /> These bytes do not match the plan’s hash. Do
      not approve.
    </p>
  );
};

const Document = ({ plan, taskId }: { plan: Plan; taskId: string }) => {
  const query = useQuery(planDocumentOptions(taskId, plan.revision));
  const loaded = query.data?.task?.plan;
  const isSame = loaded?.hash === plan.hash;
  if (loaded && isSame) {
    return (
      <>
        <Verified hash={loaded.hash} document={loaded.document} />
        <JsonView value={parsedDocument(loaded.document)} source={loaded.document} label="What will run" />
      </>
    );
  }
  if (query.error) {
    return (
      <ErrorPanel
        title="The plan could not be loaded."
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    );
  }
  return loaded ? (
    <p className="muted">What is stored is another plan than the one shown.</p>
  ) : (
    <Skeleton width="100%" height={160} />
  );
};

/** Everything that will run, on request: the text the plan's hash covers. */
export const ExactPlan = ({ plan, taskId, label }: { plan: Plan; taskId: string; label: string }) => {
  const [isOpen, setOpen] = useState(false);
  return isOpen ? (
    <div className={styles['exact']}>
      <Document plan={plan} taskId={taskId} />
    </div>
  ) : (
    <Button size="small" onClick={() => setOpen(true)}>
      {label}
    </Button>
  );
};
