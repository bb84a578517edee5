import { Tabs as AntTabs, type TabsProps } from 'antd';
import { useLayoutEffect, useRef } from 'react';

/**
 * Tabs whose list has tabs alone in it: the button that shows those for which a telephone has no room stands beside them,
 * and a list of tabs may have nothing else.
 */
export function Tabs(props: TabsProps) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const outer = place.current?.querySelector('.ant-tabs-nav');
    outer?.removeAttribute('role');
    outer?.removeAttribute('aria-orientation');
    outer?.querySelector('.ant-tabs-nav-list')?.setAttribute('role', 'tablist');
  }, []);
  return (
    <div ref={place}>
      <AntTabs {...props} />
    </div>
  );
}
