import { fetchedPart } from '../../components/fetched-part.tsx';

/** It has to be there in an outage. */
export const StopDialog = fetchedPart(() => import('./stop-dialog.tsx').then((m) => m.StopDialog));
