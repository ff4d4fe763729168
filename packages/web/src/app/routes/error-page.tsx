import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Mark } from '../../components/mark.tsx';

/** In the place of a page that failed; what is around it stays. */
export const ErrorPage = () => (
  <main role="alert">
    <EmptyState title="This page could not be shown" icon={<Mark size={24} />} isPage>
      <p>Nothing was decided or changed by it. The console may have been updated since it was opened here.</p>
      <Button
        onClick={() => {
          window.location.reload();
        }}
      >
        Reload
      </Button>
    </EmptyState>
  </main>
);
