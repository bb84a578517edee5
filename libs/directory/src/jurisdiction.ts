/** A jurisdiction (辖区) as other libraries see it. */
export interface Jurisdiction {
  id: string;
  name: string;
  /** IANA name, such as Asia/Shanghai. */
  timeZone: string;
}

/** The one legal time of the whole country; also of posts that belong to no jurisdiction. */
export const CHINA_TIME_ZONE = 'Asia/Shanghai';
