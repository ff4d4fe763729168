import { IconCertificate } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { GrantCard } from './grant-card.tsx';
import { GrantDialog } from './grant-dialog.tsx';
import { OfferCard } from './grant-offer.tsx';
import { grantsOptions, type Grant, type Offer } from './grants-data.ts';
import styles from './grants.module.css';

const isOpen = ({ status }: Grant): boolean =>
  status === 'ACTIVE' || status === 'PENDING' || status === 'SUSPENDED';

const List = ({ label, grants }: { label: string; grants: readonly Grant[] }) =>
  grants.length === 0 ? null : (
    <section aria-label={label}>
      <h2 className={styles['heading']}>{label}</h2>
      <ul className={styles['cards']}>
        {grants.map((grant) => (
          <GrantCard key={grant.id} grant={grant} />
        ))}
      </ul>
    </section>
  );

/** What people said yes to beforehand, what came of it, and what they could say yes to. */
export const GrantsScreen = () => {
  const { data, error, refetch } = useQuery(grantsOptions());
  const [dialog, setDialog] = useState<{ readonly offer: Offer | null } | null>(null);
  const terms = data?.grantTerms;
  const canGrant = (terms?.viewerCanGrant ?? false) && (terms?.places.length ?? 0) > 0;
  return (
    <Page
      title="Grants"
      width={1000}
      about="Changes of one kind that need not be asked about: exact, counted, and until a day. Failure, a rollback or bad feedback suspends one."
      aside={canGrant ? <Button onClick={() => setDialog({ offer: null })}>Make a grant…</Button> : null}
    >
      {error && !data ? (
        <ErrorPanel title="The grants could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <SkeletonRows count={3} height={130} />
      ) : (
        <>
          {data.grantOffers.length > 0 ? (
            <section aria-label="Offered">
              <h2 className={styles['heading']}>Offered</h2>
              <ul className={styles['cards']}>
                {data.grantOffers.map((offer) => (
                  <li key={`${offer.agentId} ${offer.actionType} ${offer.environment} ${offer.target}`}>
                    <OfferCard offer={offer} onTake={() => setDialog({ offer })} />
                  </li>
                ))}
              </ul>
            </section>
          ) : null}
          <List label="Open" grants={data.grants.filter(isOpen)} />
          <List label="Ended" grants={data.grants.filter((grant) => !isOpen(grant))} />
          {data.grants.length + data.grantOffers.length === 0 ? (
            <EmptyState icon={<IconCertificate size={22} />} title="No grants">
              After {data.grantTerms.offeredAfter} like approvals that all went well, one is offered here and
              on the review.
            </EmptyState>
          ) : null}
          {canGrant ? null : (
            <p className="muted">Only people who approve make grants, where policy allows them.</p>
          )}
        </>
      )}
      {dialog && terms ? (
        <GrantDialog offer={dialog.offer} terms={terms} onClose={() => setDialog(null)} />
      ) : null}
    </Page>
  );
};
