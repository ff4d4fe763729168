import { IconCertificate } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { lazyPart } from '../../components/lazy-part.ts';
import { Notice } from '../../components/notice.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { offerOptions, type Offer } from './grants-data.ts';

/** Few take an offer, and its fields weigh as much as the review. */
const GrantDialog = lazyPart(() => import('./grant-dialog.tsx').then((m) => m.GrantDialog));

/** What could be granted, and why it is offered. */
export const OfferCard = ({ offer, onTake }: { offer: Offer; onTake: () => void }) => (
  <Notice
    tone="violet"
    icon={<IconCertificate size={18} />}
    action={
      <Button size="small" onClick={onTake}>
        Grant…
      </Button>
    }
  >
    <b>{offer.approvals} like this were approved</b> one after the other, and all went well:{' '}
    {offer.actionType} of <VisibleText text={offer.agent?.name ?? 'an agent'} /> on{' '}
    <code>
      <VisibleText text={offer.target} />
    </code>{' '}
    in {offer.environment.toLowerCase()}. You can grant the next ones.
  </Notice>
);

/** On the review of a task of which the like was approved often enough. */
export const OfferOnReview = ({ taskId }: { taskId: string }) => {
  const { data } = useQuery(offerOptions(taskId));
  const [isTaken, setTaken] = useState(false);
  const offer = data?.grantOffer;
  if (!data || !offer) return null;
  return (
    <>
      <OfferCard offer={offer} onTake={() => setTaken(true)} />
      <Suspense fallback={null}>
        {isTaken ? (
          <GrantDialog offer={offer} terms={data.grantTerms} onClose={() => setTaken(false)} />
        ) : null}
      </Suspense>
    </>
  );
};
