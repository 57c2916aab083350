/** Administrative levels, highest first; Guangxi numbers region..village 1 to 5. */
export const LEVELS = {
  national: { zh: '国家', en: 'national' },
  province: { zh: '省级', en: 'province' },
  city: { zh: '市级', en: 'city' },
  county: { zh: '县级', en: 'county' },
  township: { zh: '街道（乡镇）及重点场所', en: 'street or town, key places' },
  village: { zh: '村（社区）', en: 'village or community' },
} as const;

/** Bodies that appear in the published assignment rules. */
export const ROLES = {
  headquarters: { zh: '疫情防控指挥部', en: 'Epidemic headquarters' },
  health_commission: { zh: '卫生健康委员会', en: 'Health commission' },
  cdc: { zh: '疾病预防控制中心', en: 'Centre for disease control' },
  county_office: { zh: '县级防控办', en: 'County epidemic office' },
  principal: { zh: '主要负责人', en: 'Principal officer' },
  data_bureau: { zh: '大数据管理局', en: 'Data bureau' },
  public_security: { zh: '公安机关', en: 'Public security' },
  community: { zh: '社区', en: 'Community' },
  city_body: { zh: '市级防控机构', en: 'City epidemic body' },
  national_platform: { zh: '国家平台', en: 'National platform' },
} as const;
