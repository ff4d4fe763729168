import type { Principal } from '../../../domain/principal.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { AccessService } from '../../../modules/access/access-service.ts';

/** A principal of the viewer's tenant, disabled or not; null for any other id. */
export type LoadPrincipal = (viewer: Principal, id: string) => Promise<Principal | null>;

export const createPrincipalLoader = (service: Pick<AccessService, 'findPrincipals'>): LoadPrincipal =>
  createBatchLoader(
    (viewer: Principal, ids: readonly string[]) => service.findPrincipals(viewer.tenantId, ids),
    ({ id }) => id,
    (id) => id,
  );

/** By name, where there is somebody of this id. */
export const nameOf = async (
  load: LoadPrincipal,
  viewer: Principal,
  id: string | undefined,
): Promise<string | null> => (id === undefined ? null : ((await load(viewer, id))?.name ?? null));
