/** A small directory (单位名录) of an invented city: what specs import, each with its own changes. */
export const sampleUnits = () => ({
  about: 'Invented.',
  jurisdiction: '云山市',
  units: [
    { code: 'Y01', name: '市教育局', official: '云山市教育局', kind: 'department' },
    {
      code: 'Y02',
      name: '市发改委（物价局）',
      official: '云山市发展和改革委员会',
      aliases: ['市发展改革委', '市发改委'],
      kind: 'department',
    },
    { code: 'Q02', name: '南湖区人民政府', kind: 'district', groups: ['all', 'central'] },
    { code: 'Q01', name: '北岭区人民政府', kind: 'district', groups: ['all'] },
  ] as Record<string, unknown>[],
  groups: [
    { code: 'all', name: '各区人民政府' },
    { code: 'central', name: '各中心城区人民政府' },
  ] as Record<string, unknown>[],
});
