import { configure } from '@testing-library/react';

// It ends what hangs; a busy machine takes many times as long as a quiet one.
configure({ asyncUtilTimeout: 30_000 });
