import { Empty as AntEmpty } from 'antd';
import type { ReactNode } from 'react';

/** A list with nothing in it says what to do. */
export function Empty({ says, children }: { says: string; children?: ReactNode }) {
  return (
    <div className="empty-state">
      <AntEmpty image={AntEmpty.PRESENTED_IMAGE_SIMPLE} description={null} />
      <p>{says}</p>
      {children}
    </div>
  );
}
