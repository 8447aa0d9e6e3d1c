"""The category table of stores: what ``getwxcategory`` lists, and which first names a path may have.

Spec: statistics_and_stores.md B. Only the first level is held to the table: the original's own table is not published
as a whole, and merchants keep paths of it that are not listed here.
"""

from __future__ import annotations

SEPARATOR = ","
DEEPEST = 3

_TABLE = """
美食 江浙菜,上海菜 江浙菜,淮扬菜 江浙菜,浙江菜 粤菜,潮汕菜 粤菜,客家菜 川菜 湘菜 东北菜 西北菜 火锅 海鲜 快餐小吃
美食 西餐 日本料理 韩国料理 烧烤 面包甜点 咖啡厅 茶馆 自助餐
购物 综合商场 便利店 超市 服装鞋包 数码家电 家居建材 书店 花店 眼镜店 珠宝饰品 药店
休闲娱乐 电影院 KTV 酒吧 洗浴推拿 网吧 游乐场 桌游密室 农家院
运动健身 健身中心 游泳馆 球馆 瑜伽 滑雪场 高尔夫
丽人 美发 美容 美甲
生活服务 家政 洗衣店 快递物流 摄影冲印 宠物服务 维修服务 旅行社
亲子 亲子摄影 亲子游乐 早教 母婴用品
教育学校 培训机构 幼儿园 小学 中学 大学 驾校
医疗保健 综合医院 专科医院 诊所 体检中心 口腔诊所
汽车 加油站 停车场 汽车销售 汽车养护 汽车维修 洗车
酒店宾馆 星级酒店 经济型酒店 公寓式酒店 度假村 青年旅社
旅游景点 公园 风景名胜 动植物园 主题乐园
文化场馆 博物馆 图书馆 美术馆 展览馆 剧院
银行金融 银行 保险 证券
结婚 婚纱摄影 婚庆公司 婚宴酒店
房产小区 住宅区 写字楼 房产中介
公司企业 公司 工厂 产业园
机构团体 政府机关 社会团体 公益组织
基础设施 机场 火车站 汽车站 港口码头
其它 其它
"""

_ROWS = [line.split() for line in _TABLE.strip().splitlines()]

CATEGORIES = tuple(f"{first}{SEPARATOR}{rest}" for first, *others in _ROWS for rest in others)
"""Every path, as ``getwxcategory`` lists it."""
FIRST_LEVEL = tuple(dict.fromkeys(first for first, *_ in _ROWS))
"""The names a path may begin with."""
