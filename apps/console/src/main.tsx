import { createRoot } from 'react-dom/client';
import { App } from './app';
import { signStyles } from './layout/nonce';
import { startWords } from './words';
import './console.css';

signStyles();
await startWords();
createRoot(document.getElementById('root')!).render(<App />);
