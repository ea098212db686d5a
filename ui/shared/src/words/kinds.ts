/** Names of the kinds of point, Chinese beside English; the record type asks for every one. */
import type { PointType } from '../generated/types'
import type { Locale } from './locale'

const KINDS: Record<PointType, readonly [zh: string, en: string]> = {
  citywide: ['全市', 'Whole city'],
  'main-road': ['主次干道', 'Main and secondary road'],
  'commercial-street': ['商业大街', 'Shopping street'],
  alley: ['背街小巷', 'Back street'],
  community: ['社区', 'Community'],
  residential: ['居民小区', 'Residential estate'],
  'old-residential': ['老旧小区', 'Old residential estate'],
  'urban-village': ['城中村', 'Urban village'],
  village: ['行政村', 'Village'],
  township: ['乡镇', 'Township'],
  'farmers-market': ['农贸市场', "Farmers' market"],
  'wholesale-market': ['批发市场', 'Wholesale market'],
  'transport-hub': ['交通场站', 'Station or transport hub'],
  hospital: ['医院', 'Hospital'],
  mall: ['商场超市', 'Shopping centre or supermarket'],
  complex: ['商贸综合体', 'Commercial complex'],
  school: ['学校', 'School'],
  training: ['校外培训机构', 'Tutoring firm'],
  'park-square': ['公园广场', 'Park or square'],
  'service-hall': ['政务大厅', 'Government service hall'],
  bank: ['银行网点', 'Bank branch'],
  telecom: ['通信营业厅', 'Telecoms shop'],
  window: ['窗口单位', 'Public counter'],
  hotel: ['宾馆饭店', 'Hotel'],
  restaurant: ['餐饮店', 'Restaurant'],
  cultural: ['公共文化设施', 'Cultural venue'],
  practice: ['文明实践站', 'Civilisation practice station'],
  scenic: ['景区景点', 'Scenic area'],
  construction: ['建筑工地', 'Building site'],
  hoarding: ['围挡', 'Hoarding'],
  junction: ['交通路口', 'Road junction'],
  'bus-taxi': ['公交出租公务车', 'Bus, taxi or official car'],
  pedicab: ['载客三轮车', 'Pedicab'],
  delivery: ['行业车辆', 'Delivery, sanitation or muck vehicle'],
  parking: ['停车场', 'Car park'],
  'public-toilet': ['公厕', 'Public toilet'],
  'waste-facility': ['垃圾收运设施', 'Waste facility'],
  river: ['河道水体', 'River or water'],
  kiosk: ['报刊亭等亭棚', 'Kiosk'],
  'outdoor-ad': ['户外广告店招', 'Outdoor advert or shop sign'],
  'night-market': ['夜市', 'Night market'],
  surroundings: ['重点场所周边', 'Surroundings of a key place'],
  'highspeed-corridor': ['高速高铁沿线', 'Motorway or high-speed railway corridor'],
  shopfront: ['商户门前', 'Shopfront'],
  'public-place': ['公共场所', 'Public place'],
  netcafe: ['网吧娱乐场所', 'Internet caf\u00e9 or entertainment venue'],
  hotline: ['热线事项', 'Hotline case'],
  material: ['申报材料', 'Filed material'],
  process: ['组织工作', 'Organisation'],
  government: ['党政机关', 'Party or government office'],
  other: ['其他', 'Other'],
}

export function pointTypeName(kind: PointType, locale: Locale): string {
  const [zh, en] = KINDS[kind]
  return locale === 'en' ? en : zh
}

/** What is no place: nobody goes there to look at it. */
const NOWHERE: ReadonlySet<string> = new Set<PointType>(['citywide', 'hotline', 'material', 'process', 'other'])

/** The kinds that a point can be of, in the order of the catalogue. */
export const PLACE_TYPES: readonly PointType[] = (Object.keys(KINDS) as PointType[]).filter((kind) => !NOWHERE.has(kind))
