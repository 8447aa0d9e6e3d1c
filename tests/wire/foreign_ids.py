"""What each path answers to ids of another account: the table of ``test_isolation.py``."""

from __future__ import annotations

import functools
import re

# Bodies by path, each with what it is answered; "0" is a success in which the id of the other account means nothing.
# ``$code`` is the other account's, ``$my_code`` the caller's own.
TABLE: dict[str, dict[str, str]] = {
    "/card/boardingpass/checkin": {
        '{"code":"$code","is_cancel":true}': "40056 unknown",
        '{"code":"$code","card_id":"$my_card_id","is_cancel":true}': "40056 unknown",
        '{"code":"$my_code","card_id":"$card_id","is_cancel":true}': "48001 foreign_card",
        '{"code":"$code","card_id":"$card_id","is_cancel":true}': "48001 foreign_card",
    },
    "/card/code/checkcode": {'{"card_id":"$card_id","code":["$code"]}': "48001 foreign_card"},
    "/card/code/consume": {
        '{"code":"$code"}': "40056 unknown",
        '{"code":"$code","card_id":"$my_card_id"}': "40056 unknown",
        '{"code":"$my_code","card_id":"$card_id"}': "48001 foreign_card",
        '{"code":"$code","card_id":"$card_id"}': "48001 foreign_card",
    },
    "/card/code/decrypt": {'{"encrypt_code":"$encrypt_code"}': "40075 not_ours"},
    "/card/code/deposit": {'{"card_id":"$card_id","code":["$code","fresh"]}': "48001 foreign_card"},
    "/card/code/get": {
        '{"code":"$code"}': "40056 unknown",
        '{"code":"$code","card_id":"$my_card_id"}': "40056 unknown",
        '{"code":"$my_code","card_id":"$card_id"}': "48001 foreign_card",
        '{"code":"$code","card_id":"$card_id"}': "48001 foreign_card",
        '{"code":"$code","card_id":"$card_id","check_consume":false}': "48001 foreign_card",
    },
    "/card/code/getdepositcount": {'{"card_id":"$card_id"}': "48001 foreign_card"},
    "/card/code/mark": {
        '{"code":"$code","card_id":"$my_card_id","openid":"$my_openid"}': "40056 unknown",
        '{"code":"$my_code","card_id":"$card_id","openid":"$my_openid"}': "48001 foreign_card",
        '{"code":"$code","card_id":"$card_id","openid":"$openid"}': "48001 foreign_card",
        '{"code":"$my_code","card_id":"$my_card_id","openid":"$openid"}': "40148 retired",
    },
    "/card/code/unavailable": {
        '{"code":"$code"}': "40056 unknown",
        '{"code":"$code","card_id":"$my_card_id"}': "40056 unknown",
        '{"code":"$my_code","card_id":"$card_id"}': "48001 foreign_card",
        '{"code":"$code","card_id":"$card_id","reason":"x"}': "48001 foreign_card",
    },
    "/card/code/update": {
        '{"code":"$code","new_code":"x"}': "40056 unknown",
        '{"code":"$code","card_id":"$my_card_id","new_code":"x"}': "40056 unknown",
        '{"code":"$my_code","card_id":"$card_id","new_code":"x"}': "48001 foreign_card",
        '{"code":"$code","card_id":"$card_id","new_code":"x"}': "48001 foreign_card",
    },
    "/card/create": {
        'CARD {"location_id_list":["$location_id_list"]}': "40098 unknown",
        'CARD {"modify_msg_operation":{"card_cell":{"card_id":"$card_id"}}}': "0",
    },
    "/card/delete": {'{"card_id":"$card_id"}': "48001 foreign_card"},
    "/card/get": {'{"card_id":"$card_id"}': "48001 foreign_card"},
    "/card/landingpage/create": {
        "{$shelf,"
        '"card_list":[{"card_id":"$my_card_id","thumb_url":"http://a/b"},'
        '{"card_id":"$card_id","thumb_url":"http://a/b"}]}': "48001 foreign_card"
    },
    "/card/meetingticket/updateuser": {
        '{"code":"$code","zone":"x"}': "40056 unknown",
        '{"code":"$code","card_id":"$my_card_id","zone":"x"}': "40056 unknown",
        '{"code":"$my_code","card_id":"$card_id","zone":"x"}': "48001 foreign_card",
        '{"code":"$code","card_id":"$card_id","zone":"x"}': "48001 foreign_card",
    },
    "/card/modifystock": {'{"card_id":"$card_id","increase_stock_value":1}': "48001 foreign_card"},
    "/card/movieticket/updateuser": {
        '{"code":"$code",$film}': "40056 unknown",
        '{"code":"$code","card_id":"$my_card_id",$film}': "40056 unknown",
        '{"code":"$my_code","card_id":"$card_id",$film}': "48001 foreign_card",
        '{"code":"$code","card_id":"$card_id",$film}': "48001 foreign_card",
    },
    "/card/mpnews/gethtml": {'{"card_id":"$card_id"}': "48001 foreign_card"},
    "/card/paycell/set": {'{"card_id":"$card_id","is_open":false}': "48001 foreign_card"},
    "/card/qrcode/create": {
        '{$one:{"card":{"card_id":"$card_id"}}}': "48001 foreign_card",
        '{$one:{"card":{"card_id":"$my_card_id","code":"$code"}}}': "40053 code_on_platform_card",
        '{$one:{"card":{"card_id":"$my_card_id","openid":"$openid"}}}': "0",
        '{$several:{"multiple_card":{"card_list":'
        '[{"card_id":"$my_card_id"},{"card_id":"$card_id"}]}}}': "48001 foreign_card",
    },
    "/card/selfconsumecell/set": {'{"card_id":"$card_id","is_open":false}': "48001 foreign_card"},
    "/card/update": {
        '{"card_id":"$card_id","groupon":{"base_info":{"notice":"x"}}}': "48001 foreign_card",
        '{"card_id":"$my_card_id","groupon":{"base_info":{"location_id_list":[$location_id_list]}}}': "40098 unknown",
    },
    "/card/testwhitelist/set": {'{"openid":["$openid"]}': "0", '{"username":["$username"]}': "0"},
    "/card/user/getcardlist": {
        '{"openid":"$openid"}': "0",
        '{"openid":"$openid","card_id":"$my_card_id"}': "0",
        '{"openid":"$my_openid","card_id":"$card_id"}': "48001 foreign_card",
    },
    "/cgi-bin/clear_quota": {'{"appid":"$appid"}': "40013 not_of_token"},
    "/cgi-bin/message/custom/send": {
        '{"touser":"$touser","msgtype":"text","text":{"content":"x"}}': "43004 unknown_person",
        '{"touser":"$my_openid","msgtype":"wxcard","wxcard":{"card_id":"$card_id"}}': "48001 foreign_card",
        '{"touser":"$my_openid","msgtype":"wxcard","wxcard":{"card_id":"$my_card_id","card_ext":"$card_ext"}}': "0",
    },
    "/cgi-bin/message/mass/delete": {'{"msg_id":$msg_id}': "40059 unknown"},
    "/cgi-bin/message/mass/get": {'{"msg_id":"$msg_id"}': "40059 unknown"},
    "/cgi-bin/message/mass/preview": {
        '{"touser":"$touser","msgtype":"text","text":{"content":"x"}}': "43004 unknown_person",
        '{"towxname":"$towxname","msgtype":"text","text":{"content":"x"}}': "40132 unknown",
        '{"touser":"$my_openid","msgtype":"wxcard",$wxcard}': "48001 foreign_card",
    },
    "/cgi-bin/message/mass/send": {
        '{"touser":["$touser","$touser"],"msgtype":"text","text":{"content":"x"}}': "40130 mass",
        '{"touser":["$my_openid","$touser"],"msgtype":"text","text":{"content":"y"}}': "0",
        '{"touser":["$my_openid","$touser"],"msgtype":"wxcard",$wxcard}': "48001 foreign_card",
    },
    "/cgi-bin/message/mass/sendall": {'{"filter":{"is_to_all":true},"msgtype":"wxcard",$wxcard}': "48001 foreign_card"},
    "/cgi-bin/openapi/rid/get": {'{"rid":"$rid"}': "76003 foreign"},
    "/cgi-bin/poi/delpoi": {
        '{"poi_id":$poi_id}': "65115 unknown",
        '{"business":{"poi_id":"$poi_id"}}': "65115 unknown",
    },
    "/cgi-bin/poi/getpoi": {'{"poi_id":"$poi_id"}': "65115 unknown"},
    "/cgi-bin/poi/updatepoi": {'{"business":{"base_info":{"poi_id":$poi_id,"telephone":"020-1"}}}': "65115 unknown"},
    "/cgi-bin/qrcode/create": {
        '{$one:{"card":{"card_id":"$card_id","code":"$code","openid":"$openid"}}}': "48001 foreign_card"
    },
    "/cgi-bin/stable_token": {
        '{"grant_type":"client_credential","appid":"$appid","secret":"$my_secret","force_refresh":true}': "40125 wrong",
        '{"grant_type":"client_credential","appid":"$my_appid","secret":"$secret","force_refresh":true}': "40125 wrong",
    },
    "/cgi-bin/user/info/batchget": {'{"user_list":[{"openid":"$my_openid"},{"openid":"$openid"}]}': "40003 stranger"},
    "/ext/claim": {
        '{"card_id":"$card_id","openid":"$my_openid"}': "48001 foreign_card",
        '{"card_id":"$card_id","openid":"$openid","ticket":"$ticket"}': "48001 foreign_card",
        '{"card_id":"$my_card_id","openid":"$my_openid","ticket":"$ticket"}': "40073 ticket_unknown",
        '{"card_id":"$my_card_id","openid":"$my_openid","card_ext":"$card_ext"}': "40080 signature",
        '{"card_id":"$card_id","openid":"$my_openid","card_ext":"$card_ext"}': "48001 foreign_card",
        '{"card_id":"$my_card_id","openid":"$my_openid","code":"$code"}': "40116 platform_card",
        '{"card_id":"$my_card_id","openid":"$openid"}': "40003 stranger",
    },
    "/ext/messages": {'{"openid":"$openid"}': "0"},
    "/sandbox/accept": {
        '{"openid":"$my_openid","gift_id":"$gift_id"}': "40073 gift_unknown",
        '{"openid":"$openid","gift_id":"$gift_id"}': "40003 stranger",
        '{"openid":"$my_openid","card_id":"$card_id","code":"$code"}': "48001 foreign_card",
        '{"openid":"$my_openid","card_id":"$my_card_id","code":"$code"}': "40073 gift_unknown",
    },
    "/sandbox/approve": {'{"card_id":"$card_id"}': "48001 foreign_card"},
    "/sandbox/approve_store": {'{"poi_id":$poi_id}': "65115 unknown"},
    "/sandbox/delete": {
        '{"openid":"$openid","card_id":"$card_id","code":"$code"}': "48001 foreign_card",
        '{"openid":"$openid","card_id":"$my_card_id","code":"$my_code"}': "40056 other_holder",
        '{"openid":"$my_openid","card_id":"$my_card_id","code":"$code"}': "40056 unknown",
    },
    "/sandbox/encrypt_code": {'{"card_id":"$card_id","code":"$code"}': "0"},
    "/sandbox/faults/clear": {'{"fault_id":"$fault_id"}': "40097 fault_id"},
    "/sandbox/gift": {
        '{"openid":"$openid","card_id":"$my_card_id","code":"$my_code"}': "40003 stranger",
        '{"openid":"$my_openid","card_id":"$card_id","code":"$code"}': "48001 foreign_card",
        '{"openid":"$my_openid","card_id":"$my_card_id","code":"$code"}': "40056 unknown",
        '{"openid":"$my_openid","card_id":"$my_card_id","code":"$my_code","to":"$to"}': "40003 stranger",
    },
    "/sandbox/refuse": {'{"card_id":"$card_id"}': "48001 foreign_card"},
    "/sandbox/take_back": {
        '{"openid":"$openid","gift_id":"$gift_id"}': "40003 stranger",
        '{"openid":"$my_openid","gift_id":"$gift_id"}': "40073 gift_unknown",
        '{"openid":"$my_openid","card_id":"$card_id","code":"$code"}': "48001 foreign_card",
        '{"openid":"$my_openid","card_id":"$my_card_id","code":"$code"}': "40073 gift_unknown",
    },
    "/sandbox/trigger": {'{"event":"user_del_card","card_id":"$card_id","openid":"$openid","code":"$code"}': "0"},
    "/sandbox/oauth_code": {'{"openid":"$openid"}': "40003 stranger"},
    "/sandbox/refuse_store": {'{"poi_id":$poi_id}': "65115 unknown"},
}
# The same of paths that read their query; the ticket of a QR code is drawn for whoever has it.
ASKED: dict[str, dict[str, str]] = {
    "/cgi-bin/clear_quota/v2": {
        "appid=$appid&appsecret=$my_secret": "40125 wrong",
        "appid=$my_appid&appsecret=$secret": "40125 wrong",
    },
    "/cgi-bin/ticket/getticket": {"type=wx_card&appid=$appid": "0"},
    "/cgi-bin/token": {
        "grant_type=client_credential&appid=$appid&secret=$my_secret": "40125 wrong",
        "grant_type=client_credential&appid=$my_appid&secret=$secret": "40125 wrong",
    },
    "/sns/auth": {"openid=$openid&access_token=$my_user_token": "40003 not_of_token"},
    "/sns/oauth2/access_token": {
        "grant_type=authorization_code&appid=$my_appid&secret=$my_secret&code=$oauth_code": "40029 unknown",
        "grant_type=authorization_code&appid=$appid&secret=$my_secret&code=$oauth_code": "40125 wrong",
    },
    "/sns/oauth2/refresh_token": {
        "grant_type=refresh_token&appid=$my_appid&refresh_token=$refresh_token": "40030 not_of_app",
        "grant_type=refresh_token&appid=$appid&refresh_token=$my_refresh_token": "40030 not_of_app",
    },
    "/sns/userinfo": {"openid=$openid&access_token=$my_user_token": "40003 not_of_token"},
    "/cgi-bin/user/get": {"next_openid=$openid": "0"},
    "/cgi-bin/user/info": {"openid=$openid": "40003 stranger"},
}
# They name nothing of an account, or what is open to whoever has its address.
WITHOUT_IDS = {
    "/card/batchget",
    "/card/getapplyprotocol",
    "/card/getcolors",
    "/card/location/batchadd",
    "/card/location/batchget",
    "/cgi-bin/api_getwxcategory",
    "/cgi-bin/callback/check",
    "/cgi-bin/get_api_domain_ip",
    "/cgi-bin/getcallbackip",
    "/cgi-bin/media/uploadimg",
    "/cgi-bin/openapi/quota/get",
    "/cgi-bin/poi/addpoi",
    "/cgi-bin/poi/getpoilist",
    "/cgi-bin/poi/getwxcategory",
    "/cgi-bin/showqrcode",
    "/ext/user",
    "/healthz",
    "/sandbox/app",
    "/sandbox/callback",
    "/sandbox/clock",
    "/sandbox/events",
    "/sandbox/fault",
    "/sandbox/faults",
    "/sandbox/keep",
    "/sandbox/load",
    "/sandbox/restore",
    "/sandbox/save",
    "/sandbox/snapshots",
    "/sandbox/snapshots/delete",
    "/sandbox/resend",
}
SHORT = {
    "$film": '"ticket_class":"x","show_time":1,"duration":1,"screening_room":"x","seat_number":"x"',
    "$wxcard": '"wxcard":{"card_id":"$card_id","card_ext":"$card_ext"}',
    "$one": '"action_name":"QR_CARD","action_info"',
    "$several": '"action_name":"QR_MULTIPLE_CARD","action_info"',
    "$shelf": '"banner":"http://a/b","page_title":"x","can_share":true,"scene":"SCENE_H5"',
}
NAME = re.compile(r"\$(my_)?([a-z_]+)")


def whole(body: str) -> str:
    """Return a body with what is written short spelt out."""
    return functools.reduce(lambda text, name: text.replace(name, SHORT[name]), SHORT, body)


# A diagnosis says whose card it is (E1): appids are no secret, a page shows its own to every visitor.
REFUSED = {path: {whole(body): said for body, said in bodies.items()} for path, bodies in TABLE.items()}
MAY_BE_TOLD = {"48001 foreign_card": ("appid",)}
