import { Table as AntTable, type TableProps } from 'antd';
import { type ComponentRef, useEffect, useRef } from 'react';

/** A table that is moved sideways where the page is narrower, by the keyboard too. */
export function Table<Row extends object>(props: TableProps<Row>) {
  const table = useRef<ComponentRef<typeof AntTable>>(null);
  useEffect(() => {
    const frame = table.current?.nativeElement.querySelector<HTMLElement>('.ant-table-content');
    if (!frame) return;
    const measure = new ResizeObserver(() => {
      if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
      else frame.removeAttribute('tabindex');
    });
    measure.observe(frame);
    return () => measure.disconnect();
  }, []);
  return <AntTable<Row> {...props} ref={table} />;
}
