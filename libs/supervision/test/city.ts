/** An invented city for specs, small enough to count by hand. */
export const CITY = {
  about: 'Invented.',
  jurisdiction: '溪城市',
  units: [
    { code: 'S01', name: '市发改委', official: '溪城市发展和改革委员会', kind: 'department' },
    { code: 'S02', name: '市教育局', official: '溪城市教育局', kind: 'department' },
    { code: 'S03', name: '市住建局', official: '溪城市住房和城乡建设局', aliases: ['市建设局'], kind: 'department' },
    { code: 'S04', name: '市水务局', official: '溪城市水务局', kind: 'department' },
    { code: 'Q01', name: '东溪区人民政府', kind: 'district', groups: ['districts'] },
    { code: 'Q02', name: '西溪区人民政府', kind: 'district', groups: ['districts'] },
  ],
  groups: [
    { code: 'districts', name: '各区人民政府' },
    { code: 'zones', name: '各开发区管委会' },
  ],
};

/** A responsibility breakdown of that city with the given items, numbered from 1. */
export const planOf = (...items: string[]): string =>
  [
    '溪城市2023年《政府工作报告》目标任务责任分解方案',
    '（一）办好民生实事',
    ...items.map((item, i) => `　　${i + 1}.${item}`),
  ].join('\n\n');
