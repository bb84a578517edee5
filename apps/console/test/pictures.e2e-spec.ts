import { describeWithBrowser } from '@duban/testing';
import { useSampleProduct } from './sample-product';
import { PHONE, Visitor } from './visitor';

const SHAPES = {
  type: 'FeatureCollection',
  features: ['鹭洲区', '松蘅县'].map((name, at) => ({
    type: 'Feature',
    properties: { name },
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [at, 0],
          [at + 1, 0],
          [at + 1, 1],
          [at, 1],
          [at, 0],
        ],
      ],
    },
  })),
};

describeWithBrowser('the pictures of a plan', (browser) => {
  const product = useSampleProduct();
  let visitor: Visitor | undefined;

  afterEach(async () => {
    expect(visitor?.complaints).toEqual([]);
    await visitor?.close();
  });

  it.each([
    ['desktop', undefined],
    ['phone', PHONE],
  ])('are drawn, and each is a table, too (%s)', async (size, viewport) => {
    visitor = await Visitor.open(browser(), product.url, { viewport });
    await visitor.signIn('leader');
    for (const show of ['curves', 'heat', 'gantt', 'holdings', 'calendar']) {
      await visitor.goto(`/pictures?show=${show}`);
      await visitor.page.locator('.chart canvas').first().waitFor();
      expect(await visitor.page.locator('.chart [role=img]').first().getAttribute('aria-label')).toMatch(
        /[\u4e00-\u9fff]/,
      );
      await visitor.picture(`pictures-${show}-${size}`);
      await visitor.page.getByRole('button', { name: '显示为表格' }).first().click();
      expect(await visitor.page.locator('.picture .ant-table-row').count()).toBeGreaterThan(0);
    }
    expect(await visitor.seriousFindings()).toEqual([]);
  });

  it('offer those tasks alone whose targets can be drawn', async () => {
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('leader');
    await visitor.goto('/pictures');
    const { page } = visitor;
    await page.locator('.chart canvas').first().waitFor();
    const plans = await page.request.get(`${product.url}/api/v1/plans?source=document`);
    const { items } = (await plans.json()) as { items: { id: string; state: string }[] };
    const whole = await page.request.get(
      `${product.url}/api/v1/plans/${items.find(({ state }) => state === 'issued')!.id}`,
    );
    const { tasks } = (await whole.json()) as {
      tasks: { content: string; targets: unknown[]; subtasks: unknown[] }[];
    };
    const without = tasks.find(({ targets, subtasks }) => targets.length === 0 && subtasks.length === 0)!;
    const withOne = tasks.filter(({ targets }) => targets.length > 0).at(-1)!;
    const choice = page.getByRole('combobox', { name: '责任事项' });
    await choice.fill(withOne.content.slice(0, 12));
    await page.locator('.ant-select-item-option:visible', { hasText: withOne.content.slice(0, 12) }).waitFor();
    await choice.fill(without.content.slice(0, 12));
    await page.locator('.ant-select-dropdown .ant-empty:visible').waitFor();
  });

  it('show the machines of states in words', async () => {
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('leader');
    await visitor.goto('/pictures?show=flow');
    await visitor.page.locator('.state-flow').first().waitFor();
    const words = await visitor.page.locator('.state-flow').allTextContents();
    expect(words.join(' ')).toContain('待签收');
    expect(words.join(' ')).not.toMatch(/[a-z]{3}/);
    expect(await visitor.seriousFindings()).toEqual([]);
  });

  it('take a file of shapes for the map, keep it in the browser, and refuse another', async () => {
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('leader');
    await visitor.goto('/pictures?show=map');
    const choose = visitor.page.locator('input[type=file]');
    await choose.setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
    await visitor.page.getByRole('alert').waitFor();
    const buffer = Buffer.from(JSON.stringify(SHAPES));
    await choose.setInputFiles({ name: 'districts.geojson', mimeType: 'application/geo+json', buffer });
    await visitor.page.locator('.chart canvas').waitFor();
    await visitor.goto('/pictures?show=map');
    await visitor.page.locator('.chart canvas').waitFor();
    await visitor.page.getByRole('button', { name: '显示为表格' }).click();
    expect(await visitor.page.locator('.picture .ant-table-row').allInnerTexts()).toHaveLength(2);
  });
});
