/** Why a code is checked. Epidemic control only: anything else is not a purpose this gateway knows. */
export const PURPOSES = {
  venue_entry: { zh: '进入场所', en: 'Entering a venue' },
  transport_boarding: { zh: '乘坐交通工具', en: 'Boarding transport' },
  medical_visit: { zh: '就医', en: 'Medical visit' },
  institution_visit: { zh: '进入特殊机构', en: 'Entering a special institution' },
  border_crossing: { zh: '通关', en: 'Crossing a border' },
} as const;
