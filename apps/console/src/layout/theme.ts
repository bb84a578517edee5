import type { ThemeConfig } from 'antd';

interface Looks {
  isLarge: boolean;
  isContrast: boolean;
  /** The system was asked for less motion: nothing slides or fades. */
  isStill: boolean;
}

/** Contrast of text to ground is 4.5 at least, and 7 where it was asked for (WCAG 2.2). */
export function themeOf({ isLarge, isContrast, isStill }: Looks): ThemeConfig {
  return {
    token: {
      motion: !isStill,
      colorPrimary: isContrast ? '#0b2f66' : '#17437e',
      colorLink: isContrast ? '#0b2f66' : '#17437e',
      colorError: isContrast ? '#8f1b12' : '#b42318',
      colorText: isContrast ? '#000000' : '#1c2430',
      colorTextSecondary: isContrast ? '#1c2430' : '#4a5565',
      colorTextTertiary: isContrast ? '#1c2430' : '#586374',
      colorTextDescription: isContrast ? '#1c2430' : '#586374',
      colorTextPlaceholder: isContrast ? '#3a4452' : '#68727f',
      colorBorder: isContrast ? '#1c2430' : '#c3cad4',
      colorBgLayout: isContrast ? '#ffffff' : '#f3f5f8',
      fontSize: isLarge ? 18 : 14,
      controlHeight: isLarge ? 44 : 34,
      borderRadius: 4,
      wireframe: false,
      fontFamily: `system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif`,
    },
    components: {
      Layout: { headerBg: isContrast ? '#0b2f66' : '#17437e', headerColor: '#ffffff', siderBg: '#ffffff' },
      Menu: {
        // All pages of the office are seen at once on a screen of 820 points.
        itemHeight: isLarge ? 44 : 36,
        itemMarginBlock: 2,
        itemSelectedBg: isContrast ? '#dbe7fb' : '#e6eefa',
        itemSelectedColor: isContrast ? '#0b2f66' : '#17437e',
      },
      Table: { cellPaddingBlock: isLarge ? 12 : 8 },
    },
  };
}
