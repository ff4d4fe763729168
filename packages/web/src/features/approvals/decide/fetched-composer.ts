import { fetchedPart } from '../../../components/fetched-part.tsx';

/** Asked for by a press, when the review is on screen. */
export const Composer = fetchedPart(() => import('./composer.tsx').then((m) => m.Composer));
